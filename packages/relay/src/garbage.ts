import { setFlagsFromString } from 'node:v8';

/**
 * How much garbage the process lets lie, for a process that is a relay and nothing else. Node's own choice suits few
 * connections that live long: a thousand that come and go are 80 MiB of garbage before it is looked at. Measured by
 * `npm run test:flood`.
 */
export function collectGarbageOften(): void {
  // A heap twice as large as what lives in it is looked through: less often costs memory, more often costs pauses.
  setFlagsFromString('--heap-growing-percent=100');
}
