import { openBrowser } from '../browser.ts';
import { command } from '../command.ts';
import { done, failed } from '../exit.ts';
import { withProxy } from '../running.ts';
import { jsonLine } from '../terminal.ts';

export const open = command({
  path: 'open',
  summary: 'Print a fresh address of the running proxy’s page, and open it.',
  notes: 'An address works once, and for a few minutes only.',
  uses: ['open'],
  run: (settings, _words, { terminal }) =>
    withProxy(settings, async (client) => {
      const answer = await client.request('getPageAddress', {});
      if (!answer.ok) return failed(answer.error.message);
      const { page } = answer.value;
      terminal.result(settings.json ? jsonLine({ page }) : page);
      if (settings.open && !(await openBrowser(page))) {
        terminal.note('No browser could be opened: open the address yourself.');
      }
      return done;
    }),
});
