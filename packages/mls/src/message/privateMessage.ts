import { randomBytes } from 'node:crypto';
import { decode, Reader } from '../codec/reader.ts';
import { lengthOctets, Writer } from '../codec/writer.ts';
import { expandWithLabel } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';
import { check } from '../errors.ts';
import {
  type AuthenticatedContent,
  type ContentAuth,
  type ContentBody,
  type ContentType,
  contentNumber,
  contentType,
  readAuth,
  readBody,
  wireFormats,
  writeAuth,
  writeBody,
  writeContentHeader,
} from './framing.ts';

/** RFC 9420 §6.3: content encrypted with a key of its sender's ratchet; the sender itself is encrypted too. */
export interface PrivateMessage {
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly contentType: ContentType;
  readonly authenticatedData: Uint8Array;
  readonly encryptedSenderData: Uint8Array;
  readonly ciphertext: Uint8Array;
}

export interface SenderData {
  readonly leafIndex: number;
  readonly generation: number;
  readonly reuseGuard: Uint8Array;
}

/** A key of the secret tree, good for one message. */
export interface MessageKey {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

type Header = Pick<PrivateMessage, 'groupId' | 'epoch' | 'contentType'>;

export function writePrivateMessage(w: Writer, message: PrivateMessage): void {
  w.opaque(message.groupId).u64(message.epoch).u8(contentNumber(message.contentType));
  w.opaque(message.authenticatedData).opaque(message.encryptedSenderData).opaque(message.ciphertext);
}

export function readPrivateMessage(r: Reader): PrivateMessage {
  return {
    groupId: r.opaque(),
    epoch: r.u64(),
    contentType: contentType(r.u8()),
    authenticatedData: r.opaque(),
    encryptedSenderData: r.opaque(),
    ciphertext: r.opaque(),
  };
}

/** SenderDataAAD is the start of PrivateContentAAD: one buffer serves both. */
function additionalData(
  header: Header,
  authenticatedData: Uint8Array,
): { content: Uint8Array; sender: Uint8Array } {
  const w = new Writer(header.groupId.length + authenticatedData.length + 24);
  w.opaque(header.groupId).u64(header.epoch).u8(contentNumber(header.contentType)).opaque(authenticatedData);
  const content = w.finish();
  const tail = authenticatedData.length + lengthOctets(authenticatedData.length);
  return { content, sender: content.subarray(0, content.length - tail) };
}

/** §6.3.2: key and nonce for the sender data, from a sample of the ciphertext. */
export function senderDataKey(suite: Suite, secret: Uint8Array, ciphertext: Uint8Array): MessageKey {
  const sample = ciphertext.subarray(0, suite.hashLength);
  return {
    key: expandWithLabel(suite, secret, 'key', sample, suite.aead.keyLength),
    nonce: expandWithLabel(suite, secret, 'nonce', sample, suite.aead.nonceLength),
  };
}

function guardedNonce(nonce: Uint8Array, guard: Uint8Array): Uint8Array {
  const result = Uint8Array.from(nonce);
  for (let i = 0; i < 4; i++) result[i] = (result[i] as number) ^ (guard[i] as number);
  return result;
}

const guardPool = { bytes: new Uint8Array(0), at: 0 };

/** Four random octets; drawn 1,024 at a time, because the call costs more than the bytes. */
function reuseGuard(): Uint8Array {
  if (guardPool.at === guardPool.bytes.length) {
    guardPool.bytes = randomBytes(1024);
    guardPool.at = 0;
  }
  guardPool.at += 4;
  return guardPool.bytes.subarray(guardPool.at - 4, guardPool.at);
}

export interface SealInput {
  readonly content: Header & { readonly authenticatedData: Uint8Array };
  readonly body: ContentBody;
  readonly auth: ContentAuth;
  readonly leafIndex: number;
  readonly generation: number;
  readonly messageKey: MessageKey;
  readonly senderDataSecret: Uint8Array;
  /** Length of the padded plaintext for its unpadded length; never shorter. */
  readonly pad: (length: number) => number;
}

/** Encrypts signed content. The caller takes `messageKey` out of its state and erases it. */
export function sealPrivate(suite: Suite, input: SealInput): PrivateMessage {
  const { content, body, auth, leafIndex, generation, messageKey } = input;
  const w = new Writer(512);
  writeBody(w, body);
  writeAuth(w, auth);
  const bare = w.size;
  w.zeros(Math.max(0, input.pad(bare) - bare));
  const plaintext = w.finish();
  const guard = reuseGuard();
  const aad = additionalData(content, content.authenticatedData);
  const ciphertext = suite.aead.seal(
    messageKey.key,
    guardedNonce(messageKey.nonce, guard),
    aad.content,
    plaintext,
  );
  plaintext.fill(0);
  const sender = new Writer(12).u32(leafIndex).u32(generation).raw(guard).finish();
  const { key, nonce } = senderDataKey(suite, input.senderDataSecret, ciphertext);
  const encryptedSenderData = suite.aead.seal(key, nonce, aad.sender, sender);
  for (const used of [key, guard]) used.fill(0);
  return { ...content, encryptedSenderData, ciphertext };
}

/** Decrypts who sent it. The leaf index is not checked here. */
export function openSenderData(
  suite: Suite,
  message: PrivateMessage,
  senderDataSecret: Uint8Array,
): SenderData {
  const { key, nonce } = senderDataKey(suite, senderDataSecret, message.ciphertext);
  const aad = additionalData(message, message.authenticatedData);
  const plain = suite.aead.open(key, nonce, aad.sender, message.encryptedSenderData);
  key.fill(0);
  return decode(plain, (r) => ({ leafIndex: r.u32(), generation: r.u32(), reuseGuard: r.raw(4) }));
}

/** Decrypts the content. The signature is the caller's to check. */
export function openContent(
  suite: Suite,
  message: PrivateMessage,
  sender: SenderData,
  messageKey: MessageKey,
): AuthenticatedContent {
  const aad = additionalData(message, message.authenticatedData);
  const nonce = guardedNonce(messageKey.nonce, sender.reuseGuard);
  const plaintext = suite.aead.open(messageKey.key, nonce, aad.content, message.ciphertext);
  const reader = new Reader(plaintext);
  const body = readBody(reader, message.contentType);
  const bodyBytes = reader.since(0);
  const auth = readAuth(reader, message.contentType);
  for (let i = reader.pos; i < plaintext.length; i++) check(plaintext[i] === 0, 'paddingNotZero');
  const { groupId, epoch, authenticatedData } = message;
  const header = {
    groupId,
    epoch,
    sender: { type: 'member', leafIndex: sender.leafIndex },
    authenticatedData,
  } as const;
  const w = new Writer(bodyBytes.length + groupId.length + authenticatedData.length + 32);
  writeContentHeader(w, header, message.contentType);
  const encoded = w.raw(bodyBytes).finish();
  return { wireFormat: wireFormats.privateMessage, content: { ...header, body }, encoded, auth };
}
