import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { relayOptions } from '../src/commands/relay/openRelay.ts';
import { parseConfig } from '../src/configFile.ts';
import { otrCommands } from '../src/index.ts';
import { isOptionName } from '../src/options.ts';
import { resolveSettings } from '../src/settings.ts';
import { runOtr, startOtr, stopOtr } from './otrProcess.ts';

const guide = readFileSync(new URL('../../../docs/guide/hosting.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'otr-guide-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The lines of the block that is marked so. */
function block(mark: string): string[] {
  const [, text = ''] = new RegExp(`<!-- ${mark} -->\\n\\n?((?: {4}.*\\n)+)`).exec(guide) ?? [];
  const lines = text.split('\n').map((line) => line.slice(4));
  expect(lines.length, mark).toBeGreaterThan(1);
  return lines.filter((line) => line !== '');
}

/** The words after `npx otr`, with files in the test's folder and a port that is free. */
function wordsOf(line: string): string[] {
  const words = line.replace(/^npx otr /, '').split(' ');
  return words.map((word) => (word.startsWith('./') ? join(folder, word) : word === '7000' ? '0' : word));
}

it('what it says to try works, with backup and restore', { timeout: 120_000 }, async () => {
  const variables = { XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
  const [, start = '', look = ''] = block('run: try');
  const relay = startOtr([...wordsOf(start), '--json'], { variables });
  try {
    const { listening } = JSON.parse((await relay.nextLine()) ?? '') as { listening: string };
    const answer = await fetch(look.replace('curl http://127.0.0.1:7000', listening));
    expect(await answer.text()).toBe('ready\n');
    for (const line of [...block('run: backup'), ...block('run: restore')]) {
      expect(await runOtr(wordsOf(line), { variables }), line).toMatchObject({ status: 0, stderr: '' });
    }
    const restored = await runOtr(wordsOf('relay check --data ./restored-data'), { variables });
    expect(restored.stdout).toBe('0 rooms, 0 entries, 0 problems\n');
  } finally {
    await stopOtr(relay);
  }
});

it.each(['private', 'tls', 'two'])('the settings of its part "%s" are settings', (part) => {
  const file = parseConfig('relay.conf', block(`config: ${part}`).join('\n'));
  if (!file.ok) throw new Error(file.message);
  const uses = relayOptions.map((option) => ({ option }));
  const sources = { flags: new Map(), variables: {}, file: file.value, workingFolder: '/' };
  expect(resolveSettings(uses, sources)).toMatchObject({ ok: true });
});

it('names commands and flags that are there', () => {
  const paths = otrCommands.map(({ path }) => path);
  const named = [...guide.matchAll(/otr (relay (?:check|[a-z]+)|up)(?= )/g)].map(([, path]) => path ?? '');
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((path) => !paths.includes(path))).toEqual([]);
  const flags = [...guide.matchAll(/otr [^\n`]*?--([a-z-]+)/g)].map(([, flag]) => flag ?? '');
  const short = ['host', 'port', 'data'];
  expect(flags.filter((flag) => !isOptionName(flag) && !short.includes(flag))).toEqual([]);
});
