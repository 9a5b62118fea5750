import { command } from '../command.ts';
import { done, failed } from '../exit.ts';
import { aborted } from '../signals.ts';
import { unlockInTerminal } from '../unlocking.ts';
import { openRelay, relayOptions } from './relay/openRelay.ts';
import { openProxy, proxyOptions, showPage } from './up.ts';

/** `npm start`: everything that one machine needs, in one process. Named `up` so that it runs without a word. */
export const start = command({
  path: 'up',
  summary: 'Run a relay on this machine and a proxy, and open the page.',
  uses: [...relayOptions, ...proxyOptions],
  async run(settings, _words, surroundings) {
    const { terminal, log, ending } = surroundings;
    const relay = await openRelay(settings, log);
    if (!relay.ok) return relay.exit;
    const { url } = relay.relay;
    const proxy = await openProxy(settings, url, log);
    if (!proxy.ok) {
      await relay.relay.close();
      return failed(proxy.message);
    }
    await showPage(proxy.proxy, settings, surroundings);
    if (!settings.json) {
      terminal.note(`The relay listens at ${url}`);
      terminal.note('To talk: create a room on the page, press Invite, and give somebody the link.');
      terminal.note(`As a second person on this machine: npx otr up --relay ${url} --ephemeral`);
      terminal.note('Ctrl-C stops both.');
    }
    await unlockInTerminal(proxy.proxy, terminal, ending);
    await aborted(ending);
    await proxy.proxy.close();
    await relay.relay.close();
    return done;
  },
});
