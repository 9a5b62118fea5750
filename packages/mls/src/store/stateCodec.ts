import { hex } from '../codec/bytes.ts';
import { decode, type Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import { fail } from '../errors.ts';
import type { GroupState, PastEpoch, Self, StoredProposal } from '../group/state.ts';
import { readAuthenticatedContent, writeAuthenticatedContent } from '../message/framing.ts';
import { readGroupContext } from '../message/groupContext.ts';
import type { MessageKey } from '../message/privateMessage.ts';
import { EPOCH_SECRET_LABELS, type EpochSecrets } from '../schedule/keySchedule.ts';

/** The stored form of the parts of a group state. Every record begins with this version. */
export const RECORD_VERSION = 1;

const record = (): Writer => new Writer(256).u8(RECORD_VERSION);

/** Reads a whole record; damage of any kind is one error. */
export function readRecord<T>(bytes: Uint8Array | undefined, read: (r: Reader) => T): T {
  if (bytes === undefined) return fail('recordFormat', 'missing');
  const copy = new Uint8Array(bytes);
  try {
    return decode(copy, (r) => (r.u8() === RECORD_VERSION ? read(r) : fail('recordFormat', 'version')));
  } catch (error) {
    return fail('recordFormat', error instanceof Error ? error.message : undefined);
  }
}

const SECRETS = Object.keys(EPOCH_SECRET_LABELS).sort() as (keyof EpochSecrets)[];

/** A state without its tree, message keys, former epochs and proposals, which have records of their own. */
export type GroupRecord = Pick<
  GroupState,
  'context' | 'encodedContext' | 'interimTranscriptHash' | 'confirmationTag' | 'self' | 'secrets' | 'closed'
> & { readonly suiteId: number };

export function encodeGroup(state: GroupState): Uint8Array {
  const { self, secrets } = state;
  const w = record()
    .u16(state.config.suite.id)
    .u8(state.closed ? 1 : 0)
    .opaque(state.encodedContext);
  w.opaque(state.interimTranscriptHash).opaque(state.confirmationTag);
  for (const name of SECRETS) w.opaque(secrets[name]);
  w.u32(self.leafIndex).opaque(self.signaturePrivateKey);
  const keys = [...self.privateKeys].sort(([a], [b]) => a - b);
  return w.list(keys, (list, [node, secret]) => list.u32(node).opaque(secret)).finish();
}

export function decodeGroup(bytes: Uint8Array | undefined): GroupRecord {
  return readRecord(bytes, (r) => {
    const suiteId = r.u16();
    const closed = r.u8() === 1;
    const encodedContext = r.opaque();
    const interimTranscriptHash = r.opaque();
    const confirmationTag = r.opaque();
    const secrets = Object.fromEntries(SECRETS.map((name) => [name, r.opaque()])) as unknown as EpochSecrets;
    const leafIndex = r.u32();
    const signaturePrivateKey = r.opaque();
    const privateKeys = new Map(r.list((list) => [list.u32(), list.opaque()] as const));
    const self: Self = { leafIndex, signaturePrivateKey, privateKeys };
    const context = decode(encodedContext, readGroupContext);
    return {
      suiteId,
      closed,
      context,
      encodedContext,
      interimTranscriptHash,
      confirmationTag,
      secrets,
      self,
    };
  });
}

export function encodePast(past: PastEpoch): Uint8Array {
  const w = record().u64(past.epoch).u32(past.messageKeys.width).opaque(past.encodedContext);
  w.opaque(past.senderData).opaque(past.resumption);
  return w
    .list(past.signatureKeys, (list, key) => list.optional(key, (inner, bytes) => inner.opaque(bytes)))
    .finish();
}

export function decodePast(
  bytes: Uint8Array | undefined,
): Omit<PastEpoch, 'messageKeys'> & { width: number } {
  return readRecord(bytes, (r) => ({
    epoch: r.u64(),
    width: r.u32(),
    encodedContext: r.opaque(),
    senderData: r.opaque(),
    resumption: r.opaque(),
    signatureKeys: r.list((list) => list.optional((inner) => inner.opaque())),
  }));
}

export function encodeProposal({ content, update }: StoredProposal): Uint8Array {
  const w = record();
  writeAuthenticatedContent(w, content);
  return w
    .optional(update, (inner, keys) =>
      inner.opaque(keys.encryptionPrivateKey).opaque(keys.signaturePrivateKey),
    )
    .finish();
}

export function decodeProposal(bytes: Uint8Array | undefined): StoredProposal {
  return readRecord(bytes, (r) => ({
    content: readAuthenticatedContent(r),
    update: r.optional((inner) => ({
      encryptionPrivateKey: inner.opaque(),
      signaturePrivateKey: inner.opaque(),
    })),
  }));
}

export const encodeSecret = (secret: Uint8Array): Uint8Array => record().opaque(secret).finish();
export const decodeSecret = (bytes: Uint8Array | undefined): Uint8Array =>
  readRecord(bytes, (r) => r.opaque());

export const encodeRatchet = (value: { secret: Uint8Array; generation: number }): Uint8Array =>
  record().u32(value.generation).opaque(value.secret).finish();
export const decodeRatchet = (bytes: Uint8Array | undefined): { generation: number; secret: Uint8Array } =>
  readRecord(bytes, (r) => ({ generation: r.u32(), secret: r.opaque() }));

export const encodeMessageKey = ({ key, nonce }: MessageKey): Uint8Array =>
  record().opaque(key).opaque(nonce).finish();
export const decodeMessageKey = (bytes: Uint8Array | undefined): MessageKey =>
  readRecord(bytes, (r) => ({ key: r.opaque(), nonce: r.opaque() }));

/** Trees are named by their (public) hash: a pending commit and the epoch it opens share one record. */
export const treeName = (state: Pick<GroupState, 'context'>): string => `tree/${hex(state.context.treeHash)}`;

export const encodeTree = (state: GroupState): Uint8Array => record().opaque(state.tree.encode()).finish();
export const decodeTree = (bytes: Uint8Array | undefined): Uint8Array => readRecord(bytes, (r) => r.opaque());
