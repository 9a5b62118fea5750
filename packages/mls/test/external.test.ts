import * as tsMls from 'ts-mls-2';
import { describe, expect, it } from 'vitest';
import { decode } from '../src/codec/reader.ts';
import { sealMessage } from '../src/group/message.ts';
import type { GroupPolicy } from '../src/group/policy.ts';
import { epochAuthenticator, exportGroupInfo } from '../src/group/query.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { extensionTypes } from '../src/message/extension.ts';
import { signContent, wireFormats } from '../src/message/framing.ts';
import { signGroupInfo } from '../src/message/groupInfo.ts';
import { decodeMessage, encodeMessage } from '../src/message/message.ts';
import type { Proposal } from '../src/message/proposal.ts';
import { honestPath, refuses } from './forge.ts';
import { config, room, text } from './room.ts';
import { tsMlsSuite } from './tsMls2.ts';

/** External commits are made by ts-mls: this package takes them where the policy says so, and makes none. */

const { suite } = config();
const ROOMY = { maximumLifetime: 120n * 86_400n, publicHandshakes: 'allow' } as const;
const pair = (policy: Partial<GroupPolicy>): [GroupState, GroupState] =>
  room(2, config(suite, { ...ROOMY, ...policy })) as [GroupState, GroupState];

async function externalJoin(group: GroupState): Promise<{ state: tsMls.ClientState; commit: Uint8Array }> {
  const { impl } = await tsMlsSuite(suite);
  const context = { cipherSuite: impl, authService: tsMls.unsafeTestingAuthenticationService };
  const info = tsMls.decode(tsMls.mlsMessageDecoder, withBareKey(group));
  if (info?.wireformat !== tsMls.wireformats.mls_group_info) throw new Error('group info');
  const { publicPackage: keyPackage, privatePackage: privateKeys } = await tsMls.generateKeyPackage({
    credential: { credentialType: tsMls.defaultCredentialTypes.basic, identity: Buffer.from('outsider') },
    cipherSuite: impl,
  });
  const { publicMessage, newState } = await tsMls.joinGroupExternal({
    context,
    groupInfo: info.groupInfo,
    keyPackage,
    privateKeys,
    resync: false,
  });
  const { wireformats, protocolVersions } = tsMls;
  const commit = tsMls.encode(tsMls.mlsMessageEncoder, {
    wireformat: wireformats.mls_public_message,
    version: protocolVersions.mls10,
    publicMessage,
  });
  return { state: newState, commit };
}

/** rc.10 reads the extension external_pub without the length that RFC 9420 §12.4.3.2 gives the key in it. */
function withBareKey(group: GroupState): Uint8Array {
  const message = decodeMessage(exportGroupInfo(group, { externalPub: true, ratchetTree: true }));
  if (message.type !== 'groupInfo') throw new Error(message.type);
  const { groupInfo } = message;
  const extensions = groupInfo.extensions.map((extension) =>
    extension.type === extensionTypes.externalPub
      ? { ...extension, data: decode(extension.data, (r) => r.opaque()) }
      : extension,
  );
  const signed = signGroupInfo(suite, { ...groupInfo, extensions }, group.self.signaturePrivateKey);
  return encodeMessage({ type: 'groupInfo', groupInfo: signed });
}

describe('an external commit (§12.4.3.2)', () => {
  it('is refused unless the policy allows it', async () => {
    const [a] = pair({});
    const { commit } = await externalJoin(a);
    refuses('externalCommitRefused', () => receiveMessage(a, commit));
  });

  it('of ts-mls is followed where the policy allows it', async () => {
    const [a, b] = pair({ externalCommits: 'allow' });
    const { state, commit } = await externalJoin(a);
    for (const member of [a, b]) {
      const got = receiveMessage(member, commit);
      if (got.kind !== 'commit') throw new Error(got.kind);
      expect(got.added).toEqual([2]);
      expect(epochAuthenticator(got.state)).toEqual(state.keySchedule.epochAuthenticator);
      const { send } = sealMessage(got.state, text('welcome'));
      expect(send.length).toBeGreaterThan(0);
    }
  });

  /** One by an outsider who knows the public state, with any list of proposals. */
  function forged(group: GroupState, proposals: readonly Proposal[], withPath = true): Uint8Array {
    const path = withPath ? honestPath(group) : undefined;
    const { groupId, epoch } = group.context;
    const list = proposals.map((proposal) => ({ type: 'proposal', proposal }) as const);
    const content = {
      groupId,
      epoch,
      sender: { type: 'newMemberCommit' },
      authenticatedData: text(''),
      body: { type: 'commit', commit: { proposals: list, path } },
    } as const;
    const secret = group.self.signaturePrivateKey;
    const signed = signContent(suite, wireFormats.publicMessage, content, group.encodedContext, secret);
    const auth = { signature: signed.signature, confirmationTag: new Uint8Array(32) };
    const publicMessage = { content, encoded: signed.encoded, auth, membershipTag: undefined };
    return encodeMessage({ type: 'publicMessage', publicMessage });
  }
  const init: Proposal = { type: 'externalInit', kemOutput: new Uint8Array(32) };
  const remove: Proposal = { type: 'remove', leafIndex: 0 };

  it('is refused when its proposals are not those it may have, or its path is missing', () => {
    const [a, b] = pair({ externalCommits: 'allow' });
    refuses('proposalListExternalInit', () => receiveMessage(b, forged(a, [])));
    refuses('proposalListExternalInit', () => receiveMessage(b, forged(a, [init, init])));
    const extensions: Proposal = { type: 'groupContextExtensions', extensions: [] };
    refuses('proposalListExternal', () => receiveMessage(b, forged(a, [init, extensions])));
    refuses('pathRequired', () => receiveMessage(b, forged(a, [init], false)));
  });

  it('that replaces a member is refused unless the policy allows resync', () => {
    const [a, b] = pair({ externalCommits: 'allow' });
    refuses('resyncRefused', () => receiveMessage(b, forged(a, [init, remove])));
    const [c, d] = pair({ externalCommits: 'allow', resync: 'allow' });
    expect(() => receiveMessage(d, forged(c, [init, remove]))).toThrow(
      expect.not.objectContaining({ code: 'resyncRefused' }),
    );
  });
});
