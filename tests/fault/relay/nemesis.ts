import type { SeededRandom } from '../seededRandom.ts';
import type { Fault } from './fault.ts';
import { pause } from './pause.ts';

/** A fault that begins so many milliseconds after the start and lasts so many. */
export interface Step {
  fault: Fault;
  atMs: number;
  forMs: number;
}

/** Faults drawn from a generator, so that a seed makes the same schedule again. */
export function schedule(
  faults: readonly Fault[],
  random: SeededRandom,
  { lengthMs, steps }: { lengthMs: number; steps: number },
): Step[] {
  const targets = [...new Set(faults.map(({ target }) => target))];
  const drawn: Step[] = [];
  for (let left = steps; left > 0; left--) {
    // First what it befalls: relays and databases are killed as often as wires are cut.
    const target = targets[random.below(targets.length)];
    const ofTarget = faults.filter((fault) => fault.target === target);
    const fault = ofTarget[random.below(ofTarget.length)];
    const atMs = random.below(lengthMs);
    const forMs = 20 + random.below(random.below(2) === 0 ? 200 : 1_200);
    if (fault && drawn.every((other) => !collides(other, { fault, atMs, forMs })))
      drawn.push({ fault, atMs, forMs });
  }
  return drawn.sort((one, other) => one.atMs - other.atMs);
}

/** Does all of it, and resolves when the last fault is over. */
export async function wreak(steps: readonly Step[]): Promise<void> {
  // What comes later waits for the end of what befell the same target before: that may take its time.
  const busy = new Map<string, Promise<void>>();
  await Promise.all(
    steps.map(({ fault, atMs, forMs }) => {
      const before = busy.get(fault.target);
      const done = (async () => {
        await pause(atMs);
        await before;
        await fault.begin();
        await pause(forMs);
        await fault.end();
      })();
      busy.set(fault.target, done);
      return done;
    }),
  );
}

export function describeStep({ fault, atMs, forMs }: Step): string {
  return `${fault.kind} ${fault.target} at ${atMs} for ${forMs} ms`;
}

function collides(one: Step, other: Step): boolean {
  if (one.fault.target !== other.fault.target) return false;
  return one.atMs <= other.atMs + other.forMs && other.atMs <= one.atMs + one.forMs;
}
