import { concat, EMPTY } from '../codec/bytes.ts';
import type { Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import { labeledContent } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';
import { fail } from '../errors.ts';
import { type Capabilities, readCapabilities, writeCapabilities } from '../message/capabilities.ts';
import { type Credential, readCredential, writeCredential } from '../message/credential.ts';
import { type Extension, readExtensions, writeExtensions } from '../message/extension.ts';

/** Seconds since 1970. */
export interface Lifetime {
  readonly notBefore: bigint;
  readonly notAfter: bigint;
}

export type LeafNodeSource =
  | { readonly kind: 'keyPackage'; readonly lifetime: Lifetime }
  | { readonly kind: 'update' }
  | { readonly kind: 'commit'; readonly parentHash: Uint8Array };

/** What a leaf says before it is signed. */
export interface LeafNodeContent {
  readonly encryptionKey: Uint8Array;
  readonly signatureKey: Uint8Array;
  readonly credential: Credential;
  readonly capabilities: Capabilities;
  readonly source: LeafNodeSource;
  readonly extensions: readonly Extension[];
}

/** RFC 9420 §7.2: one member's place in the tree. `encoded` is the wire form; `unsigned` is all but the signature. */
export interface LeafNode extends LeafNodeContent {
  readonly signature: Uint8Array;
  readonly encoded: Uint8Array;
  readonly unsigned: Uint8Array;
}

/** Where a leaf of source `update` or `commit` is: its signature covers it. */
export interface LeafPosition {
  readonly groupId: Uint8Array;
  readonly leafIndex: number;
}

const SOURCES = ['keyPackage', 'update', 'commit'] as const;

function writeContent(w: Writer, leaf: LeafNodeContent): void {
  w.opaque(leaf.encryptionKey).opaque(leaf.signatureKey);
  writeCredential(w, leaf.credential);
  writeCapabilities(w, leaf.capabilities);
  w.u8(SOURCES.indexOf(leaf.source.kind) + 1);
  if (leaf.source.kind === 'keyPackage')
    w.u64(leaf.source.lifetime.notBefore).u64(leaf.source.lifetime.notAfter);
  if (leaf.source.kind === 'commit') w.opaque(leaf.source.parentHash);
  writeExtensions(w, leaf.extensions);
}

export function writeLeafNode(w: Writer, leaf: LeafNode): void {
  w.raw(leaf.encoded);
}

/** The wire form, signature and all: what to hash to name exactly this leaf. A copy. */
export const encodeLeafNode = (leaf: LeafNode): Uint8Array => Uint8Array.from(leaf.encoded);

function readSource(r: Reader): LeafNodeSource {
  const kind = SOURCES[r.u8() - 1];
  switch (kind) {
    case 'keyPackage':
      return { kind, lifetime: { notBefore: r.u64(), notAfter: r.u64() } };
    case 'update':
      return { kind };
    case 'commit':
      return { kind, parentHash: r.opaque() };
    default:
      return fail('unknownLeafNodeSource');
  }
}

export function readLeafNode(r: Reader): LeafNode {
  const start = r.pos;
  const content: LeafNodeContent = {
    encryptionKey: r.opaque(),
    signatureKey: r.opaque(),
    credential: readCredential(r),
    capabilities: readCapabilities(r),
    source: readSource(r),
    extensions: readExtensions(r),
  };
  const unsigned = r.since(start);
  return { ...content, unsigned, signature: r.opaque(), encoded: r.since(start) };
}

function toBeSigned(unsigned: Uint8Array, kind: LeafNodeSource['kind'], position: LeafPosition | undefined) {
  if (kind === 'keyPackage') return labeledContent('LeafNodeTBS', unsigned);
  const { groupId, leafIndex } = position ?? fail('argument', 'leaf position');
  const place = new Writer().opaque(groupId).u32(leafIndex).finish();
  return labeledContent('LeafNodeTBS', concat(unsigned, place));
}

/** Signs a leaf. The position is needed unless the leaf is for a key package. */
export function signLeafNode(
  suite: Suite,
  content: LeafNodeContent,
  signaturePrivateKey: Uint8Array,
  position?: LeafPosition,
): LeafNode {
  const w = new Writer(512);
  writeContent(w, content);
  const unsigned = w.finish();
  const signature = suite.signature.sign(
    signaturePrivateKey,
    toBeSigned(unsigned, content.source.kind, position),
  );
  const encoded = new Writer(unsigned.length + signature.length + 4).raw(unsigned).opaque(signature).finish();
  return { ...content, signature, encoded, unsigned: encoded.subarray(0, unsigned.length) };
}

export function verifyLeafSignature(suite: Suite, leaf: LeafNode, position?: LeafPosition): boolean {
  const tbs = toBeSigned(leaf.unsigned, leaf.source.kind, position);
  return suite.signature.verify(leaf.signatureKey, tbs, leaf.signature);
}

/** The parent hash a leaf carries; empty unless it came with a commit. */
export const leafParentHash = (leaf: LeafNode): Uint8Array =>
  leaf.source.kind === 'commit' ? leaf.source.parentHash : EMPTY;
