import { command } from '../command.ts';
import { done, failed } from '../exit.ts';
import { type Status, withProxy } from '../running.ts';
import { jsonLine, plain } from '../terminal.ts';

const status = command({
  path: 'status',
  summary: 'Say whether the proxy runs, whether its relay answers, and what waits to be sent.',
  run: (settings, _words, { terminal }) =>
    withProxy(settings, async (_client, current) => {
      if (settings.json) terminal.result(jsonLine(statusJson(current)));
      else for (const line of statusLines(current)) terminal.result(line);
      return done;
    }),
});

const statusJson = ({ version, profile, relay, rooms }: Status) => ({
  version,
  name: profile.name,
  ephemeral: profile.ephemeral,
  relay: relay.url,
  state: relay.state,
  queued: relay.queued,
  rooms: rooms.length,
});

function statusLines({ version, profile, relay, rooms }: Status): string[] {
  const reason = relay.reason === undefined ? '' : `: ${plain(relay.reason)}`;
  return [
    `Proxy    ${version}${profile.ephemeral ? ', keeps nothing' : ''}`,
    `Name     ${profile.name === null ? 'none yet' : plain(profile.name)}`,
    `Relay    ${relay.url} is ${relay.state}${reason}`,
    `Rooms    ${rooms.length}`,
    `Waiting  ${relay.queued} messages`,
  ];
}

const name = command({
  path: 'name',
  arguments: ['<name>'],
  summary: 'Set the name shown to others.',
  run: (settings, [wanted = ''], { terminal }) =>
    withProxy(settings, async (client) => {
      const set = await client.request('setName', { name: wanted });
      if (!set.ok) return failed(set.error.message);
      if (settings.json) terminal.result(jsonLine({ name: wanted.trim() }));
      return done;
    }),
});

export const statusCommands = [status, name];
