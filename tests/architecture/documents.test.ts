import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRepositoryFile, repositoryFiles, repositoryRoot } from '../repository.ts';

const documents = repositoryFiles(/\.md$/);
const tests = repositoryFiles(/\.test\.tsx?$/);
const rulePattern = /\[([WSANLMGICREVTDX]\d+)\]/g;
const ruleBooks = ['docs/protocol/README.md', 'docs/protocol/rooms.md', 'docs/protocol/identity.md'];
/** A file or folder of the tree that a text names. */
const namedPath = /`((?:packages|tests|bench|scripts|docs|hosting)\/[^`\s*{<]+)`/g;
/** A test's path, and behind it, in italics, parts of titles of it. */
const namedTest = /`((?:packages|tests)\/[^`]*\.test\.tsx?)`((?:\s\*[^*]+\*)*)/g;

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

  it('link to headings that are there', () => {
    const broken = documents.flatMap((path) =>
      [...readRepositoryFile(path).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)]
        .map(([, target = '', heading = '']) => ({
          target: target === '' ? path : join(dirname(path), target),
          heading,
        }))
        .filter(({ target, heading }) => !headingsOf(target).includes(heading))
        .map(({ target, heading }) => `${path} → ${target}#${heading}`),
    );
    expect(broken).toEqual([]);
  });

  it('name files and folders that are there', () => {
    const missing = documents.flatMap((path) =>
      [...readRepositoryFile(path).matchAll(namedPath)]
        .map((match) => match[1] ?? '')
        .filter((named) => !existsSync(join(repositoryRoot, named)))
        .map((named) => `${path}: ${named}`),
    );
    expect(missing).toEqual([]);
  });

  it('every rule of the protocol has a test that carries its number, and no test cites a rule that is not there', () => {
    const rules = ruleBooks.flatMap((path) => rulesIn(readRepositoryFile(path)));
    const cited = new Set(tests.flatMap((path) => rulesIn(readRepositoryFile(path))));
    expect(new Set(rules).size).toBe(rules.length);
    expect(rules.filter((rule) => !cited.has(rule))).toEqual([]);
    expect([...cited].filter((rule) => !rules.includes(rule))).toEqual([]);
  });

  it('every test that the threat model or ARCHITECTURE.md names is there, under the title that it gives', () => {
    const pages = documents.filter(
      (path) => path.startsWith('docs/threat-model') || path === 'ARCHITECTURE.md',
    );
    const named = pages.flatMap((path) => [...readRepositoryFile(path).matchAll(namedTest)]);
    expect(named.length).toBeGreaterThan(100);
    const missing = named.filter(([, test = '']) => !tests.includes(test)).map(([, test]) => test);
    expect(missing).toEqual([]);
    const untitled = named.flatMap(([, test = '', titles = '']) => {
      const text = readRepositoryFile(test);
      return [...titles.matchAll(/\*([^*]+)\*/g)]
        .filter(([, title = '']) => !text.includes(title))
        .map(([, title]) => `${test}: ${title}`);
    });
    expect(untitled).toEqual([]);
  });

  it('every attack of the threat model names a test by its file and its title', () => {
    const rows = documents
      .filter((path) => path.startsWith('docs/threat-model/'))
      .flatMap((path) => rowsWithTests(readRepositoryFile(path)).map((row) => `${path}: ${row}`));
    expect(rows.length).toBeGreaterThan(100);
    const unproven = rows.filter((row) => ![...row.matchAll(namedTest)].some(([, , titles]) => titles));
    expect(unproven).toEqual([]);
  });
});

/** The rows of every table whose last column is `test`. */
function rowsWithTests(page: string): string[] {
  return [...page.matchAll(/^\|.*\| test \|\n\|[-| ]+\|\n((?:\|.*\n)*)/gm)].flatMap(([, rows = '']) =>
    rows.trimEnd().split('\n'),
  );
}

/** As a link names them: small letters, hyphens for spaces, no punctuation. */
function headingsOf(path: string): string[] {
  const headings = readRepositoryFile(path).matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
