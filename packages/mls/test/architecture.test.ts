import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../src/', import.meta.url));
const sources = globSync('**/*.ts', { cwd: root }).map(
  (name) => [name, readFileSync(`${root}${name}`, 'utf8')] as const,
);

describe('the package', () => {
  it('imports nothing but node:crypto and its own files', () => {
    const foreign = sources.flatMap(([name, source]) =>
      [...source.matchAll(/from '([^']+)'/g)]
        .map(([, from = '']) => from)
        .filter((from) => from !== 'node:crypto' && !from.startsWith('.'))
        .map((from) => `${name}: ${from}`),
    );
    expect(sources.length).toBeGreaterThan(40);
    expect(foreign).toEqual([]);
  });

  it('has no file that has grown into two', () => {
    const long = sources.filter(([, source]) => source.split('\n').length > 300).map(([name]) => name);
    expect(long).toEqual([]);
  });
});
