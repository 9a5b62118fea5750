import type { Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import { signWithLabel, verifyWithLabel } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';
import { type Extension, readExtensions, writeExtensions } from './extension.ts';
import { type GroupContext, readGroupContext, writeGroupContext } from './groupContext.ts';

export interface GroupInfoContent {
  readonly context: GroupContext;
  readonly extensions: readonly Extension[];
  readonly confirmationTag: Uint8Array;
  /** Leaf index. */
  readonly signer: number;
}

/** RFC 9420 §12.4.3: a signed description of a group in one epoch. */
export interface GroupInfo extends GroupInfoContent {
  readonly signature: Uint8Array;
  readonly encoded: Uint8Array;
  readonly unsigned: Uint8Array;
}

export function writeGroupInfo(w: Writer, value: GroupInfo): void {
  w.raw(value.encoded);
}

export function readGroupInfo(r: Reader): GroupInfo {
  const start = r.pos;
  const content: GroupInfoContent = {
    context: readGroupContext(r),
    extensions: readExtensions(r),
    confirmationTag: r.opaque(),
    signer: r.u32(),
  };
  const unsigned = r.since(start);
  return { ...content, unsigned, signature: r.opaque(), encoded: r.since(start) };
}

export function signGroupInfo(
  suite: Suite,
  content: GroupInfoContent,
  signaturePrivateKey: Uint8Array,
): GroupInfo {
  let capacity = 1024;
  for (const extension of content.extensions) capacity += extension.data.length;
  const w = new Writer(capacity);
  writeGroupContext(w, content.context);
  writeExtensions(w, content.extensions);
  const unsigned = w.opaque(content.confirmationTag).u32(content.signer).finish();
  const signature = signWithLabel(suite, signaturePrivateKey, 'GroupInfoTBS', unsigned);
  const encoded = new Writer(unsigned.length + signature.length + 4).raw(unsigned).opaque(signature).finish();
  return { ...content, signature, encoded, unsigned: encoded.subarray(0, unsigned.length) };
}

export function verifyGroupInfoSignature(suite: Suite, value: GroupInfo, signatureKey: Uint8Array): boolean {
  return verifyWithLabel(suite, signatureKey, 'GroupInfoTBS', value.unsigned, value.signature);
}
