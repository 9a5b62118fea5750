import { randomBytes } from 'node:crypto';
import type { Storage } from '../src/storage/storage.ts';
import { wholeLog } from '../src/storage/storage.ts';
import type { By, Write, WriteOf, Written } from '../src/storage/write.ts';

/** What the contract's tests write: each with valid values that a test then changes. */
export const member: By = { access: 0 };

export function message(room: Buffer, epoch: number, access = epoch): WriteOf<'append'> {
  const [id, body] = [randomBytes(16), randomBytes(200)];
  return { kind: 'append', room, by: { access }, id, epoch, seen: 0, slices: [], body };
}

export function commit(room: Buffer, epoch: number, access = epoch): WriteOf<'commit'> {
  const by = { access };
  const [id, accessKey, body] = [randomBytes(16), randomBytes(32), randomBytes(300)];
  return { kind: 'commit', room, by, id, epoch, seen: 0, accessKey, body, welcomes: [] };
}

export function create(room: Buffer, accessKey = randomBytes(32)) {
  return { kind: 'createRoom' as const, room, accessKey };
}

export function knockWith(room: Buffer, invite: Uint8Array): WriteOf<'knock'> {
  const [id, keyPackageRef, sealed] = [randomBytes(16), randomBytes(32), randomBytes(400)];
  return { kind: 'knock', room, id, invite, keyPackageRef, sealed };
}

/** A room with one message. */
export async function roomWithMessage(storage: Storage, at = 1) {
  const room = randomBytes(16);
  const first = message(room, 0);
  await storage.write([create(room), first], at);
  return { room, first };
}

/** A room without entries, and with an invite. */
export async function openRoom(storage: Storage, at = 1) {
  const [room, accessKey, invite] = [randomBytes(16), randomBytes(32), randomBytes(32)];
  await storage.write([create(room, accessKey), { kind: 'putInvite', room, by: member, invite }], at);
  return { room, accessKey, invite };
}

export async function writeOne(storage: Storage, write: Write, at = 1): Promise<Written | undefined> {
  const [written] = await storage.write([write], at);
  return written;
}

export function codeOf(written: Written | undefined) {
  return written?.outcome === 'refused' ? written.error.code : written?.outcome;
}

export function seqOf(written: Written | undefined) {
  return written?.outcome === 'appended' ? written.entry.seq : undefined;
}

export async function fetchAll(storage: Storage, room: Uint8Array, keys: Uint8Array[] = []) {
  const request = { room, access: wholeLog, after: 0, limit: 500, maxBytes: 2 ** 26, keys } as const;
  return (await storage.fetch(request)).entries;
}

export async function headOf(storage: Storage, room: Uint8Array) {
  return (await storage.heads([room]))[0]?.head ?? 0;
}
