import { encode, Writer } from '../codec/writer.ts';
import { hashOf } from '../crypto/labeled.ts';
import type { Suite } from '../crypto/suite.ts';

/** RFC 9420 §8.2: the running hash over all commits up to the signature of the last one. */
export function confirmedTranscriptHash(
  suite: Suite,
  interimBefore: Uint8Array,
  commit: { wireFormat: number; encoded: Uint8Array; auth: { signature: Uint8Array } },
): Uint8Array {
  const w = new Writer(interimBefore.length + commit.encoded.length + commit.auth.signature.length + 8);
  w.raw(interimBefore).u16(commit.wireFormat).raw(commit.encoded).opaque(commit.auth.signature);
  return hashOf(suite, w.finish());
}

/** The confirmed hash and the confirmation tag: where the next commit goes on from. */
export function interimTranscriptHash(
  suite: Suite,
  confirmed: Uint8Array,
  confirmationTag: Uint8Array,
): Uint8Array {
  return hashOf(
    suite,
    confirmed,
    encode(confirmationTag, (w, tag) => w.opaque(tag)),
  );
}
