import { randomBytes } from 'node:crypto';
import { limits } from '@otr/protocol';
import type { TestRoom } from '../../../packages/relay/test/testRoom.ts';
import { check, type Finding } from './checker.ts';
import { Connection } from './connection.ts';
import type { Acknowledgement, Sighting } from './history.ts';
import { Keyring } from './keyring.ts';
import type { Machine } from './machine.ts';
import { sightingOf } from './reader.ts';

/** Appends under way at once, and how many are acknowledged before the power goes. */
const atOnce = 200;
const enough = 120;

/**
 * Appends to a machine that loses its power so many times in the midst of it, and what is wrong with the log then.
 */
export async function survivePowerLoss(
  machine: Machine,
  times: number,
): Promise<{ acknowledged: number; findings: Finding[] }> {
  const { first: room } = new Keyring();
  const acknowledged: Acknowledgement[] = [];
  const sent = new Set<string>();
  await created(machine, room);
  for (let time = 0; time < times; time++) {
    await appendUntilDark(machine, room, sent, acknowledged);
    await machine.losePower();
  }
  const log = await logOf(machine, room);
  const name = room.room.toString('hex').slice(0, 8);
  return {
    acknowledged: acknowledged.length,
    findings: check({ room: name, sent, acknowledged, readings: [], log }),
  };
}

async function created(machine: Machine, room: TestRoom): Promise<void> {
  const connection = await connected(machine);
  const { accessKey, signFor } = room;
  const signature = signFor(connection.challenge);
  await connection.ask('createRoom', { room: room.room, accessKey, signature });
  connection.close();
}

async function appendUntilDark(
  machine: Machine,
  { room, accessKey, signFor }: TestRoom,
  sent: Set<string>,
  acknowledged: Acknowledgement[],
): Promise<void> {
  const connection = await connected(machine);
  await connection.ask('enterRoom', {
    ...{ room, accessKey, keys: [] },
    signature: signFor(connection.challenge),
  });
  const before = acknowledged.length;
  const dark = Promise.withResolvers<void>();
  const append = async () => {
    const id = randomBytes(16);
    const name = id.toString('hex');
    sent.add(name);
    const message = { epoch: 0, seen: 0, slices: [], body: randomBytes(200) };
    const answer = await connection.ask('append', { room, id, ...message });
    if (!answer?.ok) return dark.resolve();
    acknowledged.push({ id: name, seq: answer.value.seq, kind: 'message', sentFor: [0] });
    if (acknowledged.length - before === enough) dark.resolve();
    if (acknowledged.length - before < enough) await append();
  };
  for (let count = 0; count < atOnce; count++) void append();
  await dark.promise;
}

async function logOf(machine: Machine, { room, accessKey, signFor }: TestRoom): Promise<Sighting[]> {
  const connection = await connected(machine);
  const signature = signFor(connection.challenge);
  const entered = await connection.ask('enterRoom', { room, accessKey, signature, keys: [] });
  // A room that the relay has lost has no log.
  if (entered?.ok === false && entered.error.code === 'roomNotFound') return [];
  const log: Sighting[] = [];
  for (;;) {
    const after = log.at(-1)?.seq ?? 0;
    const answer = await connection.ask('fetch', { room, after, limit: limits.fetchEntries });
    if (!answer?.ok) throw new Error(`fetch: ${answer?.error.message ?? 'no answer'}`);
    if (answer.value.entries.length === 0) {
      connection.close();
      return log;
    }
    log.push(...answer.value.entries.map(sightingOf));
  }
}

async function connected(machine: Machine): Promise<Connection> {
  const connection = await Connection.open(machine.url, { entries: () => {}, ended: () => {} });
  if (connection === undefined) throw new Error('the relay does not answer');
  return connection;
}
