import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** Process CPU time (user and system), in microseconds: what the aims are set in. */
export function cpu(action: () => void): number {
  const start = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

export async function cpuAsync(action: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

const yard = generateKeyPairSync('ed25519');
const content = randomBytes(200);
let fastestSign = Number.POSITIVE_INFINITY;

/** Measures the yardstick between the rounds of everything else, so that both see the same quiet moments. */
function tick(): void {
  const signatures = 30;
  const spent = cpu(() => {
    for (let i = 0; i < signatures; i++) sign(null, content, yard.privateKey);
  });
  fastestSign = Math.min(fastestSign, spent / signatures);
}

/** B: one Ed25519 signature, in microseconds, the best since the last call. */
export function yardstick(): number {
  for (let i = 0; i < 20; i++) tick();
  const b = fastestSign;
  fastestSign = Number.POSITIVE_INFINITY;
  return b;
}

/** The best round: what disturbs a measurement (other processes, a neighbour on the core) only ever adds. */
const best = (values: readonly number[]): number => Math.min(...values);

/** The best of `rounds` of the mean cost of `times` calls, after one round to warm up. */
export function cost(rounds: number, times: number, action: () => unknown): number {
  const results: number[] = [];
  for (let r = 0; r <= rounds; r++) {
    const spent = cpu(() => {
      for (let i = 0; i < times; i++) action();
    });
    if (r > 0) results.push(spent / times);
    tick();
  }
  return best(results);
}

/** The same for calls that need something prepared, which is not measured. */
export function costOf<T>(rounds: number, prepare: () => T, action: (prepared: T) => unknown): number {
  const results: number[] = [];
  for (let r = 0; r <= rounds; r++) {
    const prepared = prepare();
    const spent = cpu(() => void action(prepared));
    if (r > 0 || rounds === 0) results.push(spent);
    tick();
  }
  return best(results);
}

export async function costAsync<T>(
  rounds: number,
  prepare: () => Promise<T>,
  action: (prepared: T) => Promise<unknown>,
): Promise<number> {
  const results: number[] = [];
  for (let r = 0; r <= rounds; r++) {
    const prepared = await prepare();
    const spent = await cpuAsync(async () => void (await action(prepared)));
    if (r > 0 || rounds === 0) results.push(spent);
    tick();
  }
  return best(results);
}
