import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it } from 'vitest';

describe('README', () => {
  it('has a snippet that runs and says hello', async () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const snippet = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const [, names = '', body = ''] = /^import \{([^}]*)\} from '@otr\/mls';\n([\s\S]*)$/.exec(snippet) ?? [];
    const exported = (await import('../src/index.ts')) as Record<string, unknown>;
    const imported = names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    expect(imported.filter((name) => exported[name] === undefined)).toEqual([]);
    const said: unknown[] = [];
    const run = new Function('console', ...imported, stripTypeScriptTypes(body)) as (
      ...given: unknown[]
    ) => void;
    run({ log: (line: unknown) => said.push(line) }, ...imported.map((name) => exported[name]));
    expect(said).toEqual(['hello']);
  });
});
