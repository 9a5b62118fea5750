import { expect, it } from 'vitest';
import { parseRoute, routeHash } from '../src/app/route.ts';

it.each([
  ['', null, null],
  ['#/', null, null],
  ['#/room/abc_-1', 'abc_-1', null],
  ['#/room/abc/def', 'abc', 'def'],
  ['#/room/abc/<x>', 'abc', null],
  ['#/room/../x', null, null],
  ['#/other/abc', null, null],
])('%s', (hash, room, message) => {
  expect(parseRoute(hash)).toEqual({ room, message });
});

it('an address of its own making is read back', () => {
  expect(parseRoute(routeHash('r', 'm'))).toEqual({ room: 'r', message: 'm' });
  expect(parseRoute(routeHash(null))).toEqual({ room: null, message: null });
});
