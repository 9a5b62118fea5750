import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

const inspector = JSON.stringify(new URL('../../src/local/inspector.ts', import.meta.url).href);

/** Sends SIGUSR1 to a process that begins with this script, and returns what it says when it ends. */
async function signalled(script: string): Promise<string> {
  const wait = "process.stdin.on('end', () => process.exit()).resume(); console.log('ready');";
  const child = spawn(process.execPath, ['--input-type=module', '-e', script + wait]);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  await once(child.stdout, 'data');
  child.kill('SIGUSR1');
  // The signal has been handled, one way or the other, by the time that some output tells of it.
  await once(child.stderr, 'data');
  child.stdin.end();
  await once(child, 'exit');
  return said;
}

describe.skipIf(process.platform === 'win32')('SIGUSR1', () => {
  it('opens no inspector', async () => {
    const script = `import { refuseInspector } from ${inspector}; refuseInspector((event) => console.error(event));`;
    expect(await signalled(script)).toBe('inspectorRefused\n');
  });

  it('opens one where it is not refused (negative control)', async () => {
    const script = "import inspector from 'node:inspector'; process.debugPort = 0;";
    expect(await signalled(script)).toMatch(/Debugger listening/);
  });
});
