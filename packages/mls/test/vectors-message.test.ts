import { describe, expect, it } from 'vitest';
import { decode, type Reader } from '../src/codec/reader.ts';
import { encode, type Writer } from '../src/codec/writer.ts';
import { suiteOf } from '../src/crypto/suite.ts';
import { readCommit, writeCommit } from '../src/message/commit.ts';
import {
  type ContentBody,
  type FramedContent,
  signContent,
  verifyContent,
  wireFormats,
} from '../src/message/framing.ts';
import { encodeGroupContext } from '../src/message/groupContext.ts';
import { verifyGroupInfoSignature } from '../src/message/groupInfo.ts';
import { decodeMessage, encodeMessage } from '../src/message/message.ts';
import {
  openContent,
  openSenderData,
  type PrivateMessage,
  sealPrivate,
} from '../src/message/privateMessage.ts';
import { readProposal, writeProposal } from '../src/message/proposal.ts';
import { protectPublic, unprotectPublic } from '../src/message/publicMessage.ts';
import {
  openGroupInfo,
  openGroupSecrets,
  readGroupSecrets,
  writeGroupSecrets,
} from '../src/message/welcome.ts';
import { confirmationTag, epochSecrets, memberSecret, welcomeSecret } from '../src/schedule/keySchedule.ts';
import { newSecretTree, takeToReceive, takeToSend } from '../src/schedule/secretTree.ts';
import { RatchetTree } from '../src/tree/ratchetTree.ts';
import { bytes, hex, load, report, vectorsPresent } from './vectors.ts';

interface Protection {
  cipher_suite: number;
  group_id: string;
  epoch: number;
  tree_hash: string;
  confirmed_transcript_hash: string;
  signature_priv: string;
  signature_pub: string;
  encryption_secret: string;
  sender_data_secret: string;
  membership_key: string;
  proposal: string;
  proposal_pub: string;
  proposal_priv: string;
  commit: string;
  commit_pub: string;
  commit_priv: string;
  application: string;
  application_priv: string;
}

const limits = { stepsAhead: 100, generationsKept: 100 };
const privateOf = (encoded: string): PrivateMessage => {
  const message = decodeMessage(bytes(encoded));
  if (message.type !== 'privateMessage') throw new Error(message.type);
  return message.privateMessage;
};

function encodeBody(body: ContentBody): string {
  if (body.type === 'application') return hex(body.data);
  return body.type === 'proposal'
    ? hex(encode(body.proposal, writeProposal))
    : hex(encode(body.commit, writeCommit));
}

describe.skipIf(!vectorsPresent)('official vectors: messages', () => {
  const protection = load<Protection>('mls/message-protection.json');

  it.each(protection.map((v) => [v.cipher_suite, v] as const))('message protection of suite %i', (id, v) => {
    const suite = suiteOf(id);
    const groupId = bytes(v.group_id);
    const epoch = BigInt(v.epoch);
    const context = encodeGroupContext({
      suiteId: id,
      groupId,
      epoch,
      treeHash: bytes(v.tree_hash),
      confirmedTranscriptHash: bytes(v.confirmed_transcript_hash),
      extensions: [],
    });
    const key = bytes(v.signature_pub);
    const membershipKey = bytes(v.membership_key);
    const senderDataSecret = bytes(v.sender_data_secret);
    const fresh = () => newSecretTree(2, bytes(v.encryption_secret));

    const openPrivate = (message: PrivateMessage): string => {
      const sender = openSenderData(suite, message, senderDataSecret);
      expect(sender.leafIndex).toBe(1);
      const type = message.contentType === 'application' ? 'application' : 'handshake';
      const { messageKey } = takeToReceive(suite, fresh(), 1, type, sender.generation, limits);
      const content = openContent(suite, message, sender, messageKey);
      expect(verifyContent(suite, content, context, key)).toBe(true);
      return encodeBody(content.content.body);
    };
    const openPublic = (encoded: Uint8Array): string => {
      const message = decodeMessage(encoded);
      if (message.type !== 'publicMessage') throw new Error(message.type);
      const content = unprotectPublic(suite, message.publicMessage, membershipKey, context);
      expect(verifyContent(suite, content, context, key)).toBe(true);
      return encodeBody(content.content.body);
    };
    const content = (body: ContentBody): FramedContent => ({
      groupId,
      epoch,
      sender: { type: 'member', leafIndex: 1 },
      authenticatedData: bytes('01020304'),
      body,
    });
    const authOf = (body: ContentBody, wireFormat: number) => {
      const { encoded, signature } = signContent(
        suite,
        wireFormat,
        content(body),
        context,
        bytes(v.signature_priv),
      );
      const tag = body.type === 'commit' ? new Uint8Array(suite.hashLength) : undefined;
      return { encoded, auth: { signature, confirmationTag: tag } };
    };
    const seal = (body: ContentBody): PrivateMessage => {
      const { auth } = authOf(body, wireFormats.privateMessage);
      const type = body.type === 'application' ? 'application' : 'handshake';
      const { messageKey, generation } = takeToSend(suite, fresh(), 1, type);
      return sealPrivate(suite, {
        content: { ...content(body), contentType: body.type },
        body,
        auth,
        leafIndex: 1,
        generation,
        messageKey,
        senderDataSecret,
        pad: (length) => length + 17,
      });
    };

    const bodies: [ContentBody, string, string | undefined, string][] = [
      [
        { type: 'proposal', proposal: decode(bytes(v.proposal), readProposal) },
        v.proposal,
        v.proposal_pub,
        v.proposal_priv,
      ],
      [
        { type: 'commit', commit: decode(bytes(v.commit), readCommit) },
        v.commit,
        v.commit_pub,
        v.commit_priv,
      ],
      [{ type: 'application', data: bytes(v.application) }, v.application, undefined, v.application_priv],
    ];
    for (const [body, plain, asPublic, asPrivate] of bodies) {
      expect(openPrivate(privateOf(asPrivate))).toBe(plain);
      expect(openPrivate(seal(body))).toBe(plain);
      if (asPublic === undefined) continue;
      expect(openPublic(bytes(asPublic))).toBe(plain);
      const wireFormat = wireFormats.publicMessage;
      const signed = { wireFormat, content: content(body), ...authOf(body, wireFormat) };
      const publicMessage = protectPublic(suite, signed, membershipKey, context);
      expect(openPublic(encodeMessage({ type: 'publicMessage', publicMessage }))).toBe(plain);
    }
  });

  it('messages decode and encode to the same bytes', () => {
    const vectors = load<Record<string, string>>('mls/messages.json');
    const body =
      <T>(read: (r: Reader) => T, write: (w: Writer, value: T) => void, prefix = '') =>
      (encoded: string) =>
        hex(encode(decode(bytes(prefix + encoded), read), write)).slice(prefix.length);
    const message = (encoded: string): string => hex(encodeMessage(decodeMessage(bytes(encoded))));
    const proposal = (number: number) =>
      body(readProposal, writeProposal, number.toString(16).padStart(4, '0'));
    const codecs: Record<string, (encoded: string) => string> = {
      mls_welcome: message,
      mls_group_info: message,
      mls_key_package: message,
      ratchet_tree: body(RatchetTree.read, (w, tree) => tree.write(w)),
      group_secrets: body(readGroupSecrets, writeGroupSecrets),
      add_proposal: proposal(1),
      update_proposal: proposal(2),
      remove_proposal: proposal(3),
      pre_shared_key_proposal: proposal(4),
      re_init_proposal: proposal(5),
      external_init_proposal: proposal(6),
      group_context_extensions_proposal: proposal(7),
      commit: body(readCommit, writeCommit),
      public_message_application: message,
      public_message_proposal: message,
      public_message_commit: message,
      private_message: message,
    };
    let checked = 0;
    for (const v of vectors) {
      for (const [name, encoded] of Object.entries(v)) {
        expect(codecs[name]?.(encoded), name).toBe(encoded);
        checked++;
      }
    }
    report('messages', vectors.length, `(${checked} structures)`);
    report('message-protection', protection.length, `(suites ${protection.map((v) => v.cipher_suite)})`);
  });

  it('welcome', () => {
    const vectors = load<{
      cipher_suite: number;
      init_priv: string;
      signer_pub: string;
      key_package: string;
      welcome: string;
    }>('mls/welcome.json');
    for (const v of vectors) {
      const suite = suiteOf(v.cipher_suite);
      const keyPackage = decodeMessage(bytes(v.key_package));
      const welcome = decodeMessage(bytes(v.welcome));
      if (keyPackage.type !== 'keyPackage' || welcome.type !== 'welcome') throw new Error('types');
      const group = openGroupSecrets(suite, welcome.welcome, keyPackage.keyPackage, bytes(v.init_priv));
      const member = memberSecret(suite, group.joinerSecret, new Uint8Array(suite.hashLength));
      const secret = welcomeSecret(suite, member);
      const info = openGroupInfo(suite, secret, welcome.welcome.encryptedGroupInfo);
      expect(verifyGroupInfoSignature(suite, info, bytes(v.signer_pub))).toBe(true);
      const { secrets } = epochSecrets(suite, member, encodeGroupContext(info.context));
      const tag = confirmationTag(suite, secrets.confirmation, info.context.confirmedTranscriptHash);
      expect(hex(tag)).toBe(hex(info.confirmationTag));
    }
    report('welcome', vectors.length, `(suites ${vectors.map((v) => v.cipher_suite)})`);
  });
});
