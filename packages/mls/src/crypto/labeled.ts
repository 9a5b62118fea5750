import { timingSafeEqual } from 'node:crypto';
import { concat, EMPTY } from '../codec/bytes.ts';
import { lengthOctets, Writer } from '../codec/writer.ts';
import { hash, hkdfExpand, hkdfExtract, hmac } from './primitives.ts';
import type { Suite } from './suite.ts';

/** The labelled functions of RFC 9420 §5.1.2, §5.2, §5.3 and §8: each use of a key says what it is for. */

const labels = new Map<string, Uint8Array>();

/** `"MLS 1.0 " + label` as `opaque<V>`. Labels are few and constant, so they are kept. */
function labelBytes(label: string): Uint8Array {
  let bytes = labels.get(label);
  if (bytes === undefined) {
    bytes = new Writer().opaque(Buffer.from(`MLS 1.0 ${label}`, 'utf8')).finish();
    if (labels.size < 256) labels.set(label, bytes);
  }
  return bytes;
}

/** `{ label, content }` as signed and as used for the context of HPKE. */
export function labeledContent(label: string, content: Uint8Array): Uint8Array {
  const prefix = labelBytes(label);
  const size = prefix.length + lengthOctets(content.length) + content.length;
  return new Writer(size).raw(prefix).opaque(content).finish();
}

export function expandWithLabel(
  suite: Suite,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const prefix = labelBytes(label);
  const info = new Writer(prefix.length + context.length + 6)
    .u16(length)
    .raw(prefix)
    .opaque(context)
    .finish();
  return hkdfExpand(suite.hash, suite.hashLength, secret, info, length);
}

export function deriveSecret(suite: Suite, secret: Uint8Array, label: string): Uint8Array {
  return expandWithLabel(suite, secret, label, EMPTY, suite.hashLength);
}

/** §9.1: the context is the generation. */
export function deriveTreeSecret(
  suite: Suite,
  secret: Uint8Array,
  label: string,
  generation: number,
  length: number,
): Uint8Array {
  const context = Uint8Array.of(generation >>> 24, generation >>> 16, generation >>> 8, generation);
  return expandWithLabel(suite, secret, label, context, length);
}

export const extract = (suite: Suite, salt: Uint8Array, inputKey: Uint8Array): Uint8Array =>
  hkdfExtract(suite.hash, salt, inputKey);

/** §5.2 */
export function refHash(suite: Suite, label: string, value: Uint8Array): Uint8Array {
  const name = Buffer.from(label, 'utf8');
  return hash(suite.hash, new Writer(value.length + 64).opaque(name).opaque(value).finish());
}

export function signWithLabel(
  suite: Suite,
  secret: Uint8Array,
  label: string,
  content: Uint8Array,
): Uint8Array {
  return suite.signature.sign(secret, labeledContent(label, content));
}

export function verifyWithLabel(
  suite: Suite,
  key: Uint8Array,
  label: string,
  content: Uint8Array,
  signature: Uint8Array,
): boolean {
  return suite.signature.verify(key, labeledContent(label, content), signature);
}

export const hashOf = (suite: Suite, ...parts: readonly Uint8Array[]): Uint8Array =>
  hash(suite.hash, parts.length === 1 ? (parts[0] as Uint8Array) : concat(...parts));

export const mac = (suite: Suite, key: Uint8Array, message: Uint8Array): Uint8Array =>
  hmac(suite.hash, key, message);

/** Compares MACs and tags in constant time. */
export function tagEquals(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
