import type { Reader } from '../codec/reader.ts';
import { Writer } from '../codec/writer.ts';
import { expandWithLabel, extract } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';
import { fail } from '../errors.ts';

const USAGES = ['application', 'reinit', 'branch'] as const;
export type ResumptionUsage = (typeof USAGES)[number];

/** RFC 9420 §8.4: which pre-shared key. */
export type PskName =
  | { readonly type: 'external'; readonly id: Uint8Array }
  | {
      readonly type: 'resumption';
      readonly usage: ResumptionUsage;
      readonly groupId: Uint8Array;
      readonly epoch: bigint;
    };

/** Which pre-shared key, and the nonce that makes this use of it unique. */
export type PreSharedKeyId = PskName & { readonly nonce: Uint8Array };

export function writePskId(w: Writer, value: PreSharedKeyId): void {
  if (value.type === 'external') w.u8(1).opaque(value.id);
  else {
    w.u8(2)
      .u8(USAGES.indexOf(value.usage) + 1)
      .opaque(value.groupId)
      .u64(value.epoch);
  }
  w.opaque(value.nonce);
}

export function readPskId(r: Reader): PreSharedKeyId {
  const type = r.u8();
  if (type === 1) return { type: 'external', id: r.opaque(), nonce: r.opaque() };
  if (type !== 2) fail('unknownPskType');
  const usage = USAGES[r.u8() - 1] ?? fail('unknownPskType');
  return { type: 'resumption', usage, groupId: r.opaque(), epoch: r.u64(), nonce: r.opaque() };
}

/** A pre-shared key with its identifier, in the order of the proposals of a commit. */
export interface PreSharedKey {
  readonly id: PreSharedKeyId;
  readonly secret: Uint8Array;
}

/** The `psk_secret` of §8.4; zeros when there are no keys. */
export function pskSecret(suite: Suite, keys: readonly PreSharedKey[]): Uint8Array {
  let secret: Uint8Array = new Uint8Array(suite.hashLength);
  keys.forEach(({ id, secret: psk }, index) => {
    const extracted = extract(suite, new Uint8Array(suite.hashLength), psk);
    const label = new Writer();
    writePskId(label, id);
    label.u16(index).u16(keys.length);
    const input = expandWithLabel(suite, extracted, 'derived psk', label.finish(), suite.hashLength);
    const next = extract(suite, input, secret);
    for (const used of [extracted, input, secret]) used.fill(0);
    secret = next;
  });
  return secret;
}
