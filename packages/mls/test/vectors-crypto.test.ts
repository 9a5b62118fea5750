import { describe, expect, it } from 'vitest';
import { decode } from '../src/codec/reader.ts';
import { Writer } from '../src/codec/writer.ts';
import { decryptWithLabel, encryptWithLabel } from '../src/crypto/hpke.ts';
import {
  deriveSecret,
  deriveTreeSecret,
  expandWithLabel,
  refHash,
  signWithLabel,
  verifyWithLabel,
} from '../src/crypto/labeled.ts';
import { suiteOf } from '../src/crypto/suite.ts';
import { bytes, hex, load, report, vectorsPresent } from './vectors.ts';

interface CryptoBasics {
  cipher_suite: number;
  ref_hash: { label: string; value: string; out: string };
  expand_with_label: { secret: string; label: string; context: string; length: number; out: string };
  derive_secret: { secret: string; label: string; out: string };
  derive_tree_secret: { secret: string; label: string; generation: number; length: number; out: string };
  sign_with_label: { priv: string; pub: string; content: string; label: string; signature: string };
  encrypt_with_label: {
    priv: string;
    pub: string;
    label: string;
    context: string;
    plaintext: string;
    kem_output: string;
    ciphertext: string;
  };
}

describe.skipIf(!vectorsPresent)('official vectors: crypto', () => {
  const basics = load<CryptoBasics>('mls/crypto-basics.json');

  it.each(basics.map((v) => [v.cipher_suite, v] as const))('crypto-basics of suite %i', (id, v) => {
    const suite = suiteOf(id);
    expect(hex(refHash(suite, v.ref_hash.label, bytes(v.ref_hash.value)))).toBe(v.ref_hash.out);

    const e = v.expand_with_label;
    expect(hex(expandWithLabel(suite, bytes(e.secret), e.label, bytes(e.context), e.length))).toBe(e.out);

    const d = v.derive_secret;
    expect(hex(deriveSecret(suite, bytes(d.secret), d.label))).toBe(d.out);

    const t = v.derive_tree_secret;
    expect(hex(deriveTreeSecret(suite, bytes(t.secret), t.label, t.generation, t.length))).toBe(t.out);

    const s = v.sign_with_label;
    const key = bytes(s.pub);
    expect(verifyWithLabel(suite, key, s.label, bytes(s.content), bytes(s.signature))).toBe(true);
    const ours = signWithLabel(suite, bytes(s.priv), s.label, bytes(s.content));
    expect(verifyWithLabel(suite, key, s.label, bytes(s.content), ours)).toBe(true);
    expect(verifyWithLabel(suite, key, `${s.label}x`, bytes(s.content), ours)).toBe(false);

    const h = v.encrypt_with_label;
    const secret = bytes(h.priv);
    const sealed = { kemOutput: bytes(h.kem_output), ciphertext: bytes(h.ciphertext) };
    expect(hex(decryptWithLabel(suite, secret, h.label, bytes(h.context), sealed))).toBe(h.plaintext);
    const again = encryptWithLabel(suite, bytes(h.pub), h.label, bytes(h.context), bytes(h.plaintext));
    expect(hex(decryptWithLabel(suite, secret, h.label, bytes(h.context), again))).toBe(h.plaintext);
  });

  it('vector length headers decode', () => {
    const vectors = load<{ vlbytes_header: string; length: number }>('mls/deserialization.json');
    for (const v of vectors) {
      expect(decode(bytes(v.vlbytes_header), (r) => r.length())).toBe(v.length);
      expect(hex(new Writer().length(v.length).finish())).toBe(v.vlbytes_header);
    }
    report('deserialization', vectors.length);
    report('crypto-basics', basics.length, `(suites ${basics.map((v) => v.cipher_suite)})`);
  });
});
