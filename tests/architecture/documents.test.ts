import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRepositoryFile, repositoryFiles, repositoryRoot } from '../repository.ts';

const documents = repositoryFiles(/\.md$/);
const tests = repositoryFiles(/\.test\.tsx?$/);
const rulePattern = /\[([WSANLMGICREVT]\d+)\]/g;
const ruleBooks = ['docs/protocol/README.md', 'docs/protocol/rooms.md'];

function rulesIn(text: string): string[] {
  return [...text.matchAll(rulePattern)].map((match) => match[1] ?? '');
}

describe('documents', () => {
  it('link to files that are there', () => {
    const broken = documents.flatMap((path) =>
      [...readRepositoryFile(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !existsSync(join(repositoryRoot, dirname(path), target)))
        .map((target) => `${path} → ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('every rule of the protocol has a test that carries its number, and no test cites a rule that is not there', () => {
    const rules = ruleBooks.flatMap((path) => rulesIn(readRepositoryFile(path)));
    const cited = new Set(tests.flatMap((path) => rulesIn(readRepositoryFile(path))));
    expect(new Set(rules).size).toBe(rules.length);
    expect(rules.filter((rule) => !cited.has(rule))).toEqual([]);
    expect([...cited].filter((rule) => !rules.includes(rule))).toEqual([]);
  });

  it('every test that the threat model or ARCHITECTURE.md names is there', () => {
    const named = ['docs/threat-model.md', 'ARCHITECTURE.md'].flatMap((path) =>
      [...readRepositoryFile(path).matchAll(/`((?:packages|tests)\/[^`]*\.test\.tsx?)`/g)].map(
        (match) => match[1],
      ),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((path) => !tests.includes(path ?? ''))).toEqual([]);
  });
});
