import { concat, EMPTY } from '../codec/bytes.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';
import { labeledExtract, labeledInfo } from './kem.ts';
import { labeledContent } from './labeled.ts';
import { hkdfExpand } from './primitives.ts';
import type { Suite } from './suite.ts';

/** HPKE base mode (RFC 9180) as MLS uses it: one message per context, and the exporter. */

/** `HPKECiphertext` of RFC 9420 §7.6. */
export interface HpkeCiphertext {
  readonly kemOutput: Uint8Array;
  readonly ciphertext: Uint8Array;
}

export function writeHpkeCiphertext(w: Writer, value: HpkeCiphertext): void {
  w.opaque(value.kemOutput).opaque(value.ciphertext);
}

export function readHpkeCiphertext(r: Reader): HpkeCiphertext {
  return { kemOutput: r.opaque(), ciphertext: r.opaque() };
}

const suiteIds = new WeakMap<Suite, { id: Uint8Array; pskIdHash: Uint8Array }>();

function constants(suite: Suite): { id: Uint8Array; pskIdHash: Uint8Array } {
  let known = suiteIds.get(suite);
  if (known === undefined) {
    const numbers = [suite.kem.id, suite.kdfId, suite.aead.id].flatMap((n) => [n >> 8, n & 0xff]);
    const id = concat(new Uint8Array(Buffer.from('HPKE', 'latin1')), Uint8Array.from(numbers));
    known = { id, pskIdHash: labeledExtract(suite.hash, id, EMPTY, 'psk_id_hash', EMPTY) };
    suiteIds.set(suite, known);
  }
  return known;
}

/**
 * What all encryptions under one label and context share: computed once for the hundreds of ciphertexts of a commit.
 */
export class HpkeContext {
  readonly #suite: Suite;
  readonly #suiteId: Uint8Array;
  readonly #key: Uint8Array;
  readonly #nonce: Uint8Array;
  readonly #exporter: Uint8Array;

  /** `info` is the HPKE info string. */
  constructor(suite: Suite, info: Uint8Array) {
    const { id, pskIdHash } = constants(suite);
    const infoHash = labeledExtract(suite.hash, id, EMPTY, 'info_hash', info);
    const context = concat(Uint8Array.of(0), pskIdHash, infoHash);
    this.#suite = suite;
    this.#suiteId = id;
    this.#key = labeledInfo(id, 'key', context, suite.aead.keyLength);
    this.#nonce = labeledInfo(id, 'base_nonce', context, suite.aead.nonceLength);
    this.#exporter = labeledInfo(id, 'exp', context, suite.hashLength);
  }

  /** The context of EncryptWithLabel (RFC 9420 §5.1.3). */
  static labeled(suite: Suite, label: string, context: Uint8Array): HpkeContext {
    return new HpkeContext(suite, labeledContent(label, context));
  }

  #secret(sharedSecret: Uint8Array): Uint8Array {
    const secret = labeledExtract(this.#suite.hash, this.#suiteId, sharedSecret, 'secret', EMPTY);
    sharedSecret.fill(0);
    return secret;
  }

  #expand(secret: Uint8Array, info: Uint8Array, length: number): Uint8Array {
    return hkdfExpand(this.#suite.hash, this.#suite.hashLength, secret, info, length);
  }

  #keys(sharedSecret: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
    const secret = this.#secret(sharedSecret);
    const { keyLength, nonceLength } = this.#suite.aead;
    const key = this.#expand(secret, this.#key, keyLength);
    const nonce = this.#expand(secret, this.#nonce, nonceLength);
    secret.fill(0);
    return { key, nonce };
  }

  seal(recipient: Uint8Array, plaintext: Uint8Array): HpkeCiphertext {
    const { sharedSecret, output } = this.#suite.kem.encapsulate(recipient);
    const { key, nonce } = this.#keys(sharedSecret);
    const ciphertext = this.#suite.aead.seal(key, nonce, EMPTY, plaintext);
    key.fill(0);
    return { kemOutput: output, ciphertext };
  }

  open(secret: Uint8Array, sealed: HpkeCiphertext): Uint8Array {
    const { key, nonce } = this.#keys(this.#suite.kem.decapsulate(secret, sealed.kemOutput));
    try {
      return this.#suite.aead.open(key, nonce, EMPTY, sealed.ciphertext);
    } finally {
      key.fill(0);
    }
  }

  #export(sharedSecret: Uint8Array, exporterContext: Uint8Array, length: number): Uint8Array {
    const secret = this.#secret(sharedSecret);
    const exporter = this.#expand(secret, this.#exporter, this.#suite.hashLength);
    const exported = this.#expand(
      exporter,
      labeledInfo(this.#suiteId, 'sec', exporterContext, length),
      length,
    );
    for (const bytes of [secret, exporter]) bytes.fill(0);
    return exported;
  }

  /** SetupBaseS and Export: a secret shared with the owner of `recipient`, and what to send. */
  exportTo(
    recipient: Uint8Array,
    context: Uint8Array,
    length: number,
  ): { output: Uint8Array; secret: Uint8Array } {
    const { sharedSecret, output } = this.#suite.kem.encapsulate(recipient);
    return { output, secret: this.#export(sharedSecret, context, length) };
  }

  /** SetupBaseR and Export. */
  exportFrom(secret: Uint8Array, output: Uint8Array, context: Uint8Array, length: number): Uint8Array {
    return this.#export(this.#suite.kem.decapsulate(secret, output), context, length);
  }
}

/** EncryptWithLabel of RFC 9420 §5.1.3, once. */
export function encryptWithLabel(
  suite: Suite,
  recipient: Uint8Array,
  label: string,
  context: Uint8Array,
  plaintext: Uint8Array,
): HpkeCiphertext {
  return HpkeContext.labeled(suite, label, context).seal(recipient, plaintext);
}

export function decryptWithLabel(
  suite: Suite,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  sealed: HpkeCiphertext,
): Uint8Array {
  return HpkeContext.labeled(suite, label, context).open(secret, sealed);
}
