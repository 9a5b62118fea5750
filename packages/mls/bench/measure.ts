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
  }
  return best(results);
}

const yard = generateKeyPairSync('ed25519');
const content = randomBytes(200);

/** B, the yardstick: one Ed25519 signature, in microseconds, as of now. */
export const yardstick = (): number => cost(40, 50, () => sign(null, content, yard.privateKey));
