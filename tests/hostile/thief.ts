import { createSecretKey, type KeyObject } from 'node:crypto';
import { exportSecret, type GroupState, MlsError, openGeneration } from '@otr/mls';
import type { RelayRequest } from '@otr/protocol';
import { openBytes } from '../../packages/proxy/src/core/aead.ts';
import { viewOf } from '../../packages/proxy/src/core/group/view.ts';
import { type Identity, identityOf } from '../../packages/proxy/src/core/identity/identity.ts';
import { pairOf } from '../../packages/proxy/src/core/identity/pair.ts';
import { toText, uint64 } from '../../packages/proxy/src/core/text.ts';
import { openBody } from '../../packages/proxy/src/core/whisper/body.ts';
import { type WhisperSender, whisperExporter, whisperSender } from '../../packages/proxy/src/core/whisper.ts';
import { keptIn } from '../../packages/proxy/src/room/records.ts';
import type { Person } from '../../packages/proxy/test/chat/person.ts';

/** A whisper as its sender gave it to the relay: with all slices. */
export type SentWhisper = RelayRequest<'append'>;

/** All that a person's proxy keeps of its keys, read with the key to it. */
export interface Loot {
  readonly group: GroupState;
  readonly identity: Identity;
  readonly ephemeral: Identity;
  /** Each record of the room as it is stored; not the tree, which has no secrets and is the same for all members. */
  readonly records: readonly Uint8Array[];
}

export function steal({ store }: Person, room: string): Loot {
  const stored = store.rooms.all().find((one) => toText(one.room) === room);
  const records = store.records.load(stored?.number ?? -1);
  const { group, who } = keptIn(records);
  if (!group || !who.ephemeral) throw new Error('a person without keys');
  const identity = identityOf(store.identityKey());
  const secret = [...records].filter(([name]) => !name.startsWith('mls/tree/')).map(([, bytes]) => bytes);
  return { group, identity, ephemeral: identityOf(who.ephemeral), records: secret };
}

/** What the thief is told beside: which epoch it was, and what the header says. */
export interface Told {
  readonly epoch: bigint;
  readonly sender: WhisperSender;
}

/**
 * What a thief reads of a whisper: with every key between the owner and each member, in both directions, on every slice;
 * with every run of 32 bytes in what is stored and every secret of the epoch, on every slice and as the content key;
 * and with every generation that it can still derive.
 */
export function readBy(
  { group, identity, ephemeral, records }: Loot,
  sent: SentWhisper,
  told: Told,
): string[] {
  const then = { ...group, context: { ...group.context, epoch: told.epoch } };
  const windows = [...records, ...exportedFrom(group)].flatMap(windowsOf);
  const members = [...viewOf(group).members.values()];
  const context = { exporter: whisperExporter(group), room: sent.room, epoch: Number(told.epoch) };
  const pairs = members.flatMap((member) => {
    const pair = pairOf({ identity, ephemeral }, member);
    return [pair.sliceKeyTo(context), pair.sliceKeyFrom(context)].filter((key) => key !== null);
  });
  const sliceKeys = [...pairs, ...windows.map((bytes) => createSecretKey(bytes))];
  const fromSlices = contentKeysIn(sent, told.epoch, sliceKeys);
  const opened = (contentKey: Uint8Array, generation: Uint8Array) => {
    const secrets = { contentKey, generation };
    return openBody(then, sent.body, { id: sent.id, secrets });
  };
  const sender = whisperSender(group, sent.id, sent.body) ?? told.sender;
  const theGeneration = generationsOf(group, sender.leafIndex, [sender.generation]);
  const others = Array.from({ length: 40 }, (_, n) => n);
  const derivable = members.flatMap(({ leafIndex }) => generationsOf(group, leafIndex, others));
  const plaintexts = [
    ...fromSlices.flatMap((key) => [...theGeneration, ...derivable].map((one) => opened(key, one))),
    ...windows.flatMap((key) => theGeneration.map((one) => opened(key, one))),
  ];
  return plaintexts.flatMap((bytes) => (bytes ? [Buffer.from(bytes).toString()] : []));
}

function contentKeysIn({ room, id, slices }: SentWhisper, epoch: bigint, keys: KeyObject[]): Uint8Array[] {
  const context = Buffer.concat([room, uint64(Number(epoch)), id]);
  return slices.flatMap(({ ciphertext }) =>
    keys.flatMap((key) => openBytes(key, ciphertext, context)?.slice(0, 32) ?? []),
  );
}

function exportedFrom(group: GroupState): Uint8Array[] {
  return ['whisper', 'whisper header', 'slice address', 'volatile', 'access key'].map((name) =>
    exportSecret(group, `otr-chatroom ${name} v1`, new Uint8Array(), 32),
  );
}

function windowsOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.max(0, bytes.length - 31) }, (_, at) => bytes.subarray(at, at + 32));
}

/** The thief is not bound to the owner's leaf: it asks for the owner's own ratchet, too. */
function generationsOf(group: GroupState, leafIndex: number, wanted: readonly number[]): Uint8Array[] {
  const elsewhere = leafIndex === group.self.leafIndex ? otherLeaf(group, leafIndex) : group.self.leafIndex;
  const freed = { ...group, self: { ...group.self, leafIndex: elsewhere } };
  return wanted.flatMap((generation) => {
    try {
      return [openGeneration(freed, leafIndex, generation).secret];
    } catch (error) {
      if (error instanceof MlsError) return [];
      throw error;
    }
  });
}

function otherLeaf(group: GroupState, leafIndex: number): number {
  const found = [...viewOf(group).members.values()].find((member) => member.leafIndex !== leafIndex);
  return found?.leafIndex ?? 0;
}
