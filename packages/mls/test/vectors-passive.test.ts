import { describe, expect, it } from 'vitest';
import { suiteOf } from '../src/crypto/suite.ts';
import { joinGroup } from '../src/group/joinGroup.ts';
import { epochAuthenticator } from '../src/group/query.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import { decodeMessage } from '../src/message/message.ts';
import { config } from './room.ts';
import { bytes, hex, load, report, vectorsPresent } from './vectors.ts';

interface PassiveClient {
  cipher_suite: number;
  external_psks: { psk_id: string; psk: string }[];
  key_package: string;
  signature_priv: string;
  encryption_priv: string;
  init_priv: string;
  welcome: string;
  ratchet_tree: string | null;
  initial_epoch_authenticator: string;
  epochs: { proposals: string[]; commit: string; epoch_authenticator: string }[];
}

describe.skipIf(!vectorsPresent)('official vectors: passive client', () => {
  it('joins by welcome and follows the group', () => {
    const vectors = load<PassiveClient>('mls/passive-client-welcome.json');
    let epochs = 0;
    for (const v of vectors) {
      const suite = suiteOf(v.cipher_suite);
      const message = decodeMessage(bytes(v.key_package));
      if (message.type !== 'keyPackage') throw new Error(message.type);
      const { keyPackage } = message;
      const secrets = {
        initPrivateKey: bytes(v.init_priv),
        encryptionPrivateKey: bytes(v.encryption_priv),
        signaturePrivateKey: bytes(v.signature_priv),
      };
      expect(suite.kem.publicOf(secrets.initPrivateKey)).toEqual(keyPackage.initKey);
      expect(suite.kem.publicOf(secrets.encryptionPrivateKey)).toEqual(keyPackage.leafNode.encryptionKey);

      // The vectors carry lifetimes of any length, and handshakes in the open.
      const policy = {
        maximumLifetime: 2n ** 64n,
        expiredOnReceipt: 'allow',
        publicHandshakes: 'allow',
      } as const;
      let { state } = joinGroup({
        config: {
          ...config(suite, policy),
          psk: (name) => {
            const psk = v.external_psks.find((p) => name.type === 'external' && p.psk_id === hex(name.id));
            return psk && bytes(psk.psk);
          },
        },
        welcome: bytes(v.welcome),
        member: { keyPackage, secrets },
        ...(v.ratchet_tree === null ? {} : { ratchetTree: bytes(v.ratchet_tree) }),
      });
      expect(hex(epochAuthenticator(state))).toBe(v.initial_epoch_authenticator);
      for (const epoch of v.epochs) {
        for (const encoded of [...epoch.proposals, epoch.commit]) {
          const received = receiveMessage(state, bytes(encoded));
          if (received.kind === 'removed') throw new Error('removed');
          state = received.state;
        }
        expect(hex(epochAuthenticator(state))).toBe(epoch.epoch_authenticator);
        epochs++;
      }
    }
    report('passive-client-welcome', vectors.length, `(${epochs} epochs followed)`);
  });
});
