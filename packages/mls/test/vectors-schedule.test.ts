import { describe, expect, it } from 'vitest';
import { decode } from '../src/codec/reader.ts';
import { suiteOf } from '../src/crypto/suite.ts';
import { readAuthenticatedContent } from '../src/message/framing.ts';
import { encodeGroupContext } from '../src/message/groupContext.ts';
import { senderDataKey } from '../src/message/privateMessage.ts';
import {
  confirmationTag,
  type EpochSecrets,
  epochSecrets,
  exportFrom,
  joinerSecret,
  memberSecret,
  welcomeSecret,
} from '../src/schedule/keySchedule.ts';
import { pskSecret } from '../src/schedule/psk.ts';
import { newSecretTree, takeToReceive } from '../src/schedule/secretTree.ts';
import { confirmedTranscriptHash, interimTranscriptHash } from '../src/schedule/transcript.ts';
import { bytes, hex, load, report, vectorsPresent } from './vectors.ts';

interface KeyScheduleEpoch {
  tree_hash: string;
  commit_secret: string;
  psk_secret: string;
  confirmed_transcript_hash: string;
  exporter: { label: string; context: string; length: number; secret: string };
  group_context: string;
  joiner_secret: string;
  welcome_secret: string;
  init_secret: string;
  sender_data_secret: string;
  encryption_secret: string;
  exporter_secret: string;
  epoch_authenticator: string;
  external_secret: string;
  confirmation_key: string;
  membership_key: string;
  resumption_psk: string;
  external_pub: string;
}
interface KeySchedule {
  cipher_suite: number;
  group_id: string;
  initial_init_secret: string;
  epochs: KeyScheduleEpoch[];
}
interface Leaf {
  generation: number;
  handshake_key: string;
  handshake_nonce: string;
  application_key: string;
  application_nonce: string;
}

const suiteList = (vectors: { cipher_suite: number }[]): string =>
  `(suites ${[...new Set(vectors.map((v) => v.cipher_suite))]})`;

describe.skipIf(!vectorsPresent)('official vectors: key schedule', () => {
  it('key schedule', () => {
    const vectors = load<KeySchedule>('mls/key-schedule.json');
    for (const v of vectors) {
      const suite = suiteOf(v.cipher_suite);
      let init = bytes(v.initial_init_secret);
      v.epochs.forEach((e, index) => {
        const context = encodeGroupContext({
          suiteId: v.cipher_suite,
          groupId: bytes(v.group_id),
          epoch: BigInt(index),
          treeHash: bytes(e.tree_hash),
          confirmedTranscriptHash: bytes(e.confirmed_transcript_hash),
          extensions: [],
        });
        expect(hex(context)).toBe(e.group_context);
        const joiner = joinerSecret(suite, init, bytes(e.commit_secret), context);
        expect(hex(joiner)).toBe(e.joiner_secret);
        const member = memberSecret(suite, joiner, bytes(e.psk_secret));
        expect(hex(welcomeSecret(suite, member))).toBe(e.welcome_secret);
        const { secrets, encryption } = epochSecrets(suite, member, context);
        const expected: Record<keyof EpochSecrets, string> = {
          senderData: e.sender_data_secret,
          exporter: e.exporter_secret,
          external: e.external_secret,
          confirmation: e.confirmation_key,
          membership: e.membership_key,
          resumption: e.resumption_psk,
          authenticator: e.epoch_authenticator,
          init: e.init_secret,
        };
        expect(Object.fromEntries(Object.entries(secrets).map(([k, s]) => [k, hex(s)]))).toEqual(expected);
        expect(hex(encryption)).toBe(e.encryption_secret);
        expect(hex(suite.kem.deriveKeyPair(secrets.external).publicKey)).toBe(e.external_pub);
        const x = e.exporter;
        expect(hex(exportFrom(suite, secrets.exporter, x.label, bytes(x.context), x.length))).toBe(x.secret);
        init = Buffer.from(secrets.init);
      });
    }
    report('key-schedule', vectors.length, suiteList(vectors));
  });

  it('pre-shared keys', () => {
    const vectors = load<{
      cipher_suite: number;
      psks: { psk_id: string; psk: string; psk_nonce: string }[];
      psk_secret: string;
    }>('mls/psk_secret.json');
    for (const v of vectors) {
      const keys = v.psks.map((p) => ({
        id: { type: 'external', id: bytes(p.psk_id), nonce: bytes(p.psk_nonce) } as const,
        secret: bytes(p.psk),
      }));
      expect(hex(pskSecret(suiteOf(v.cipher_suite), keys))).toBe(v.psk_secret);
    }
    report('psk_secret', vectors.length, suiteList(vectors));
  });

  it('secret tree', () => {
    const vectors = load<{
      cipher_suite: number;
      sender_data: { sender_data_secret: string; ciphertext: string; key: string; nonce: string };
      encryption_secret: string;
      leaves: Leaf[][];
    }>('mls/secret-tree.json');
    const limits = { stepsAhead: 10_000, generationsKept: 10_000 };
    for (const v of vectors) {
      const suite = suiteOf(v.cipher_suite);
      const s = v.sender_data;
      const sender = senderDataKey(suite, bytes(s.sender_data_secret), bytes(s.ciphertext));
      expect([hex(sender.key), hex(sender.nonce)]).toEqual([s.key, s.nonce]);
      let tree = newSecretTree(v.leaves.length, bytes(v.encryption_secret));
      v.leaves.forEach((generations, leaf) => {
        for (const g of generations) {
          for (const type of ['handshake', 'application'] as const) {
            const taken = takeToReceive(suite, tree, leaf, type, g.generation, limits);
            tree = taken.tree;
            expect(hex(taken.messageKey.key)).toBe(g[`${type}_key`]);
            expect(hex(taken.messageKey.nonce)).toBe(g[`${type}_nonce`]);
          }
        }
      });
    }
    report('secret-tree', vectors.length, suiteList(vectors));
  });

  it('transcript hashes', () => {
    const vectors = load<{
      cipher_suite: number;
      confirmation_key: string;
      authenticated_content: string;
      interim_transcript_hash_before: string;
      confirmed_transcript_hash_after: string;
      interim_transcript_hash_after: string;
    }>('mls/transcript-hashes.json');
    for (const v of vectors) {
      const suite = suiteOf(v.cipher_suite);
      const content = decode(bytes(v.authenticated_content), readAuthenticatedContent);
      const confirmed = confirmedTranscriptHash(suite, bytes(v.interim_transcript_hash_before), content);
      expect(hex(confirmed)).toBe(v.confirmed_transcript_hash_after);
      const tag = content.auth.confirmationTag;
      if (tag === undefined) throw new Error('not a commit');
      expect(hex(tag)).toBe(hex(confirmationTag(suite, bytes(v.confirmation_key), confirmed)));
      expect(hex(interimTranscriptHash(suite, confirmed, tag))).toBe(v.interim_transcript_hash_after);
    }
    report('transcript-hashes', vectors.length, suiteList(vectors));
  });
});
