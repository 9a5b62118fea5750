import type { Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import { refHash, signWithLabel, verifyWithLabel } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';
import { type LeafNode, readLeafNode, writeLeafNode } from '../tree/leafNode.ts';
import { MLS10 } from './capabilities.ts';
import { type Extension, readExtensions, writeExtensions } from './extension.ts';

/** What a key package says before it is signed. */
export interface KeyPackageContent {
  readonly version: number;
  readonly suiteId: number;
  readonly initKey: Uint8Array;
  readonly leafNode: LeafNode;
  readonly extensions: readonly Extension[];
}

/** RFC 9420 §10: what a client publishes so that others can add it. */
export interface KeyPackage extends KeyPackageContent {
  readonly signature: Uint8Array;
  readonly encoded: Uint8Array;
  readonly unsigned: Uint8Array;
}

export function writeKeyPackage(w: Writer, value: KeyPackage): void {
  w.raw(value.encoded);
}

export function readKeyPackage(r: Reader): KeyPackage {
  const start = r.pos;
  const content: KeyPackageContent = {
    version: r.u16(),
    suiteId: r.u16(),
    initKey: r.opaque(),
    leafNode: readLeafNode(r),
    extensions: readExtensions(r),
  };
  const unsigned = r.since(start);
  return { ...content, unsigned, signature: r.opaque(), encoded: r.since(start) };
}

export function signKeyPackage(
  suite: Suite,
  content: Omit<KeyPackageContent, 'version' | 'suiteId'>,
  signaturePrivateKey: Uint8Array,
): KeyPackage {
  const whole = { ...content, version: MLS10, suiteId: suite.id };
  const w = new Writer(1024).u16(whole.version).u16(whole.suiteId).opaque(whole.initKey);
  writeLeafNode(w, whole.leafNode);
  writeExtensions(w, whole.extensions);
  const unsigned = w.finish();
  const signature = signWithLabel(suite, signaturePrivateKey, 'KeyPackageTBS', unsigned);
  const encoded = new Writer(unsigned.length + signature.length + 4).raw(unsigned).opaque(signature).finish();
  return { ...whole, signature, encoded, unsigned: encoded.subarray(0, unsigned.length) };
}

export function verifyKeyPackageSignature(suite: Suite, value: KeyPackage): boolean {
  const { signatureKey } = value.leafNode;
  return verifyWithLabel(suite, signatureKey, 'KeyPackageTBS', value.unsigned, value.signature);
}

/** `KeyPackageRef` (§5.2): how a welcome names its addressee. */
export const keyPackageRef = (suite: Suite, value: KeyPackage): Uint8Array =>
  refHash(suite, 'MLS 1.0 KeyPackage Reference', value.encoded);
