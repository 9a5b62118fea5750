import { readFileSync } from 'node:fs';

/** Time between two looks, in milliseconds. */
const interval = 500;

/**
 * Calls `end` when npm, or the shell that it started us in, is gone. npm passes a signal on to that shell only, which
 * ends without a word to us: without this, who ends `npx otr relay` would leave the relay running unseen.
 */
export function followNpm(end: () => void): void {
  if (process.env['npm_command'] === undefined) return;
  const atStart = parents();
  const timer = setInterval(() => {
    if (parents() === atStart) return;
    clearInterval(timer);
    end();
  }, interval);
  timer.unref();
}

/** Our parent and, where the system tells, its parent. */
function parents(): string {
  try {
    // proc_pid_stat(5): pid (name) state ppid …; the name may hold anything, so count from its end.
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')')).split(' ')[2]}`;
  } catch {
    return `${process.ppid}`;
  }
}
