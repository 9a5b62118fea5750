import { createHash, createHmac } from 'node:crypto';
import * as tsMls from 'ts-mls-2';
import { HpkeContext } from '../src/crypto/hpke.ts';
import type { Suite } from '../src/crypto/suite.ts';
import { type CommitRequest, EXPORT, type Participant } from './participant.ts';

/** A member run by ts-mls 2.0.0-rc.10: the independent implementation. */

type State = tsMls.ClientState;

/**
 * The suite implementation ts-mls works with. Its X-Wing needs an optional package; where that is missing, its HPKE
 * for 0xf00d is built from ours (which the official HPKE and X-Wing vectors hold), and all of MLS stays theirs.
 */
export async function tsMlsSuite(
  suite: Suite,
): Promise<{ impl: tsMls.CiphersuiteImpl; independent: boolean }> {
  const name = Object.entries(tsMls.ciphersuites).find(([, id]) => id === suite.id)?.[0];
  try {
    return { impl: await tsMls.getCiphersuiteImpl(name as tsMls.CiphersuiteName), independent: true };
  } catch {
    const like = await tsMls.getCiphersuiteImpl('MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519');
    const impl = { ...like, id: suite.id, hash: sha512, kdf: hkdfSha512, hpke: hpkeOf(suite, like.hpke) };
    return { impl, independent: false };
  }
}

const hmac = (key: Uint8Array, data: Uint8Array): Uint8Array =>
  new Uint8Array(createHmac('sha512', key).update(data).digest());

const sha512: tsMls.Hash = {
  digest: async (data) => new Uint8Array(createHash('sha512').update(data).digest()),
  mac: async (key, data) => hmac(key, data),
  verifyMac: async (key, mac, data) => Buffer.compare(mac, hmac(key, data)) === 0,
};

const hkdfSha512: tsMls.Kdf = {
  size: 64,
  extract: async (salt, inputKey) => hmac(salt, inputKey),
  expand: async (key, info, length) => {
    if (length > 64) throw new Error('one block is enough for MLS');
    return hmac(key, Buffer.concat([info, Uint8Array.of(1)])).subarray(0, length);
  },
};

function hpkeOf(suite: Suite, like: tsMls.Hpke): tsMls.Hpke {
  const raw = (key: unknown): Uint8Array => key as Uint8Array;
  const pair = (seed: Uint8Array) =>
    suite.kem.deriveKeyPair(seed) as unknown as ReturnType<tsMls.Hpke['deriveKeyPair']>;
  const empty = new Uint8Array(0);
  return {
    ...like,
    keyLength: suite.aead.keyLength,
    nonceLength: suite.aead.nonceLength,
    encryptAead: async (key, nonce, aad, plaintext) => suite.aead.seal(key, nonce, aad ?? empty, plaintext),
    decryptAead: async (key, nonce, aad, ciphertext) => suite.aead.open(key, nonce, aad ?? empty, ciphertext),
    open: async (key, kemOutput, ciphertext, info) =>
      new HpkeContext(suite, info).open(raw(key), { kemOutput, ciphertext }),
    seal: async (key, plaintext, info) => {
      const { kemOutput, ciphertext } = new HpkeContext(suite, info).seal(raw(key), plaintext);
      return { enc: kemOutput, ct: ciphertext };
    },
    exportSecret: async (key, context, length, info) => {
      const { output, secret } = new HpkeContext(suite, info).exportTo(raw(key), context, length);
      return { enc: output, secret };
    },
    importSecret: async (key, context, kemOutput, length, info) =>
      new HpkeContext(suite, info).exportFrom(raw(key), kemOutput, context, length),
    importPrivateKey: async (key) => key as unknown as tsMls.PrivateKey,
    importPublicKey: async (key) => key as unknown as tsMls.PublicKey,
    exportPrivateKey: async (key) => raw(key),
    exportPublicKey: async (key) => raw(key),
    deriveKeyPair: async (seed) => pair(seed),
    generateKeyPair: async () => pair(crypto.getRandomValues(new Uint8Array(32))),
  };
}

const encode = (message: tsMls.MlsMessage): Uint8Array => tsMls.encode(tsMls.mlsMessageEncoder, message);
function decode(bytes: Uint8Array): tsMls.MlsMessage {
  const message = tsMls.decode(tsMls.mlsMessageDecoder, bytes);
  if (message === undefined) throw new Error('ts-mls cannot decode the message');
  return message;
}

export class Theirs implements Participant {
  readonly kind = 'ts-mls';
  readonly #context: tsMls.MlsContext;
  readonly #keys: { publicPackage: tsMls.KeyPackage; privatePackage: tsMls.PrivateKeyPackage };
  #state: State | undefined;

  private constructor(context: tsMls.MlsContext, keys: Theirs['keys']) {
    this.#context = context;
    this.#keys = keys;
  }

  get keys(): { publicPackage: tsMls.KeyPackage; privatePackage: tsMls.PrivateKeyPackage } {
    return this.#keys;
  }

  static async make(impl: tsMls.CiphersuiteImpl, name: string): Promise<Theirs> {
    const context = { cipherSuite: impl, authService: tsMls.unsafeTestingAuthenticationService };
    const keys = await tsMls.generateKeyPackage({
      credential: { credentialType: tsMls.defaultCredentialTypes.basic, identity: Buffer.from(name) },
      cipherSuite: impl,
    });
    return new Theirs(context, keys);
  }

  get state(): State {
    if (this.#state === undefined) throw new Error('not in a group');
    return this.#state;
  }

  keyPackage(): Uint8Array {
    return encode({
      wireformat: tsMls.wireformats.mls_key_package,
      keyPackage: this.#keys.publicPackage,
      version: tsMls.protocolVersions.mls10,
    });
  }
  async create(groupId: Uint8Array): Promise<void> {
    const { publicPackage: keyPackage, privatePackage: privateKeyPackage } = this.#keys;
    this.#state = await tsMls.createGroup({ context: this.#context, groupId, keyPackage, privateKeyPackage });
  }
  async join(welcome: Uint8Array): Promise<void> {
    const message = decode(welcome);
    if (message.wireformat !== tsMls.wireformats.mls_welcome) throw new Error('not a welcome');
    const { publicPackage: keyPackage, privatePackage: privateKeys } = this.#keys;
    this.#state = await tsMls.joinGroup({
      context: this.#context,
      welcome: message.welcome,
      keyPackage,
      privateKeys,
    });
  }
  async seal(data: Uint8Array): Promise<Uint8Array> {
    const { newState, message } = await tsMls.createApplicationMessage({
      context: this.#context,
      state: this.state,
      message: data,
    });
    this.#state = newState;
    return encode(message);
  }
  async #receive(bytes: Uint8Array): Promise<tsMls.ProcessMessageResult> {
    const message = decode(bytes) as tsMls.MlsFramedMessage;
    const result = await tsMls.processMessage({ context: this.#context, state: this.state, message });
    this.#state = result.newState;
    return result;
  }
  async open(message: Uint8Array): Promise<Uint8Array> {
    const result = await this.#receive(message);
    if (result.kind !== 'applicationMessage') throw new Error(result.kind);
    return result.message;
  }
  async proposeUpdate(): Promise<Uint8Array> {
    throw new Error('ts-mls has no call for it: its members update by committing');
  }
  async commit({ add = [], remove = [] }: CommitRequest) {
    const extraProposals: tsMls.Proposal[] = [
      ...remove.map((removed) => ({
        proposalType: tsMls.defaultProposalTypes.remove,
        remove: { removed },
      })),
      ...add.map((bytes) => {
        const message = decode(bytes);
        if (message.wireformat !== tsMls.wireformats.mls_key_package) throw new Error('not a key package');
        return { proposalType: tsMls.defaultProposalTypes.add, add: { keyPackage: message.keyPackage } };
      }),
    ];
    const { newState, commit, welcome } = await tsMls.createCommit({
      context: this.#context,
      state: this.state,
      extraProposals,
      ratchetTreeExtension: true,
    });
    this.#state = newState;
    return { commit: encode(commit), welcome: welcome && encode(welcome) };
  }
  async process(handshake: Uint8Array): Promise<boolean> {
    await this.#receive(handshake);
    return this.state.groupActiveState.kind !== 'removedFromGroup';
  }
  authenticator(): Uint8Array {
    return this.state.keySchedule.epochAuthenticator;
  }
  async exported(): Promise<Uint8Array> {
    const secret = this.state.keySchedule.exporterSecret;
    const { label, context, length } = EXPORT;
    return tsMls.mlsExporter(secret, label, context, length, this.#context.cipherSuite);
  }
  leafIndex(): number {
    return this.state.privatePath.leafIndex;
  }
}
