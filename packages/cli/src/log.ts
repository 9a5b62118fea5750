import { type Log, silent } from '@otr/proxy/program';
import type { Settings } from './options.ts';
import { plain } from './terminal.ts';

/** One line an event, on standard error: time, event, fields. */
export function createLog(settings: Settings<'quiet' | 'log-format'>, write: (line: string) => void): Log {
  if (settings.quiet) return silent;
  return (event, fields = {}) => {
    const at = new Date().toISOString();
    if (settings['log-format'] === 'json') write(JSON.stringify({ at, event, ...fields }));
    else
      write(
        plain([at, event, ...Object.entries(fields).map(([name, value]) => `${name}=${value}`)].join(' ')),
      );
  };
}
