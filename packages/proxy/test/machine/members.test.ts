import { expect, test } from 'vitest';
import type { Member } from '../../src/core/group/view.ts';
import { shownNames } from '../../src/machine/members.ts';

const members = (...names: string[]) =>
  new Map(
    names.map((name, leafIndex): [string, Member] => {
      const id = `id${leafIndex}`;
      const keys = { identityKey: new Uint8Array(32), ephemeralKey: new Uint8Array(32) };
      const leaf = {} as Member['leaf'];
      return [id, { id, leafIndex, name, admin: false, ...keys, leaf }];
    }),
  );
const shown = (...names: string[]) => [...shownNames(members(...names), (id) => `#${id.slice(2)}`).values()];

test.each([
  ['different names are shown as they are', ['Ana', 'Ben'], ['Ana', 'Ben']],
  ['no name is a guest', ['', 'Ben', ''], ['Guest #0', 'Ben', 'Guest #2']],
  ['the same name twice is told apart', ['Ana', 'Ana', 'Ben'], ['Ana #0', 'Ana #1', 'Ben']],
  ['names that differ in case look the same', ['Ana', 'ANA'], ['Ana #0', 'ANA #1']],
  ['names that differ in the width of letters look the same', ['Ana', 'Ａｎａ'], ['Ana #0', 'Ａｎａ #1']],
  ['names that differ in spaces look the same', ['A na', 'A  na'], ['A na #0', 'A  na #1']],
  ['a name that passes for a guest is told apart from it', ['', 'guest #0'], ['Guest #0 #0', 'guest #0 #1']],
])('[G2] %s', (_title, names, expected) => {
  expect(shown(...names)).toEqual(expected);
});
