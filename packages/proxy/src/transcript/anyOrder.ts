import { randomInt } from 'node:crypto';

/** In an order at random, as people, networks and timers would have it. */
export function inAnyOrder<Value>(values: Iterable<Value>): Value[] {
  const left = [...values];
  return Array.from(left).flatMap(() => left.splice(randomInt(left.length), 1));
}
