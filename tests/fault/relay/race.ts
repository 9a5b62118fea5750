import { randomBytes } from 'node:crypto';
import type { Entry, RelayRequest, RelayResult } from '@otr/protocol';
import type { TestRoom } from '../../../packages/relay/test/testRoom.ts';
import type { SeededRandom } from '../seededRandom.ts';
import { Connection } from './connection.ts';
import type { Acknowledgement, History, Sighting } from './history.ts';
import { Keyring } from './keyring.ts';
import { sightingOf } from './reader.ts';

const racersPerNode = 2;

/** One member on one node, and what it was shown. */
interface Racer {
  name: string;
  connection: Connection;
  entries: Sighting[];
  contradictions: string[];
}

interface Attempt {
  racer: Racer;
  key: TestRoom;
  request: RelayRequest<'commit'>;
  answers: (RelayResult<'commit'> | undefined)[];
}

/**
 * Members on all nodes try to end each epoch of a room at once, and now and then one sends its commit to two nodes at
 * once. Stops after so many epochs, or at the first that did not have one winner.
 */
export async function race(urls: readonly string[], epochs: number, random: SeededRandom): Promise<History> {
  const keyring = new Keyring();
  const racers = await gather(urls);
  const acknowledged: Acknowledgement[] = [];
  const sent = new Set<string>();
  await entered(racers, keyring.first, 'createRoom');
  let key = keyring.first;
  for (let epoch = 0; epoch < epochs; epoch++) {
    await entered(racers, key, 'enterRoom');
    const attempts = await runRound(racers, keyring, epoch, random);
    for (const { request } of attempts) sent.add(nameOf(request.id));
    const winners = attempts.flatMap((attempt) => judge(attempt, epoch, acknowledged));
    const [winner] = winners;
    if (winner === undefined || winners.length > 1) break;
    key = winner.key;
  }
  const log = await logOf(racers, key);
  for (const { connection } of racers) connection.close();
  const readings = racers.map(({ name, entries, contradictions }) => ({
    ...{ reader: name, entries, contradictions },
  }));
  return { room: nameOf(key.room).slice(0, 8), sent, acknowledged, readings, log };
}

async function gather(urls: readonly string[]): Promise<Racer[]> {
  const places = urls.flatMap((url, node) =>
    Array.from({ length: racersPerNode }, (_, index) => ({ url, name: `racer ${index} on node ${node}` })),
  );
  return await Promise.all(
    places.map(async ({ url, name }) => {
      const connection = await Connection.open(url, { entries: () => {}, ended: () => {} });
      if (connection === undefined) throw new Error(`${url} does not answer`);
      return { name, connection, entries: [], contradictions: [] };
    }),
  );
}

async function entered(racers: readonly Racer[], key: TestRoom, event: 'createRoom' | 'enterRoom') {
  const { room, accessKey, signFor } = key;
  await Promise.all(
    racers.map(async ({ connection }) => {
      const request = { room, accessKey, signature: signFor(connection.challenge), keys: [] };
      const answer = await connection.ask(event, request);
      if (!answer?.ok) throw new Error(`${event}: ${answer?.error.message ?? 'no answer'}`);
    }),
  );
}

async function runRound(racers: readonly Racer[], keyring: Keyring, epoch: number, random: SeededRandom) {
  const twice = random.below(4) === 0 ? random.below(racers.length) : undefined;
  return await Promise.all(
    racers.map(async (racer, index): Promise<Attempt> => {
      const key = keyring.next();
      const { room, accessKey } = key;
      const place = { room, id: randomBytes(16), epoch, seen: epoch };
      const request = { ...place, accessKey, body: randomBytes(100 + random.below(300)), welcomes: [] };
      const elsewhere = racers[(index + racersPerNode) % racers.length] ?? racer;
      const through = index === twice ? [racer, elsewhere] : [racer];
      const asked = through.map(({ connection }) => connection.ask('commit', request));
      return { racer, key, request, answers: await Promise.all(asked) };
    }),
  );
}

/** Writes down what the answers say; the attempt, if it won. */
function judge(attempt: Attempt, epoch: number, acknowledged: Acknowledgement[]): Attempt[] {
  const { racer, request, answers } = attempt;
  const id = nameOf(request.id);
  const won = answers.filter((answer) => answer?.ok).length;
  if (won > 0 && won < answers.length) racer.contradictions.push(`${id} won and lost epoch ${epoch}`);
  for (const answer of answers) {
    if (answer === undefined) racer.contradictions.push(`no answer in epoch ${epoch}`);
    else if (answer.ok) {
      const { seq } = answer.value;
      acknowledged.push({ id, seq, kind: 'commit', sentFor: [epoch] });
      take(racer, [{ seq, id, kind: 'commit', epoch: answer.value.epoch }]);
    } else if (answer.error.code === 'epochConflict') take(racer, missedOf(answer.error.missed));
    else racer.contradictions.push(`${answer.error.code} in epoch ${epoch}`);
  }
  return won > 0 ? [attempt] : [];
}

function missedOf(missed: readonly Entry[] = []): Sighting[] {
  return missed.map(sightingOf);
}

/** What it did not know. */
function take(racer: Racer, shown: readonly Sighting[]): void {
  for (const sighting of shown) if (sighting.seq > racer.entries.length) racer.entries.push(sighting);
}

async function logOf([racer]: readonly Racer[], { room, accessKey, signFor }: TestRoom): Promise<Sighting[]> {
  if (racer === undefined) throw new Error('nobody raced');
  const { connection } = racer;
  const signature = signFor(connection.challenge);
  await connection.ask('enterRoom', { room, accessKey, signature, keys: [] });
  const log: Sighting[] = [];
  for (;;) {
    const answer = await connection.ask('fetch', { room, after: log.at(-1)?.seq ?? 0, limit: 500 });
    if (!answer?.ok) throw new Error(`fetch: ${answer?.error.message ?? 'no answer'}`);
    if (answer.value.entries.length === 0) return log;
    log.push(...answer.value.entries.map(sightingOf));
  }
}

function nameOf(id: Uint8Array): string {
  return Buffer.from(id).toString('hex');
}
