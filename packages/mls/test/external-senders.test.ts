import { describe, expect, it } from 'vitest';
import { createCommit } from '../src/group/createCommit.ts';
import { createGroup } from '../src/group/createGroup.ts';
import { joinGroup } from '../src/group/joinGroup.ts';
import type { GroupConfig } from '../src/group/policy.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { basicCredential } from '../src/message/credential.ts';
import { extensionTypes, externalSendersExtension } from '../src/message/extension.ts';
import type { Proposal } from '../src/message/proposal.ts';
import { forgeCommit, forgeProposals, honestPath, inline, refuses } from './forge.ts';
import { config, newMember, room, text } from './room.ts';

const { suite } = config();
const stranger = externalSendersExtension([
  { signatureKey: suite.signature.generate().publicKey, credential: basicCredential(text('stranger')) },
]);
const proposal: Proposal = { type: 'groupContextExtensions', extensions: [stranger] };

/** Knows everybody but the stranger. */
const careful = (): GroupConfig => {
  const of = config();
  const isValid: GroupConfig['authentication']['isValid'] = (credential) =>
    'identity' in credential && Buffer.from(credential.identity).toString() !== 'stranger';
  return { ...of, authentication: { ...of.authentication, isValid } };
};

describe('extensions of a group context: external senders (§5.3.1, §12.1.8.1)', () => {
  it('(control: those that the authentication service knows are accepted)', () => {
    const [a, b] = room(2) as [GroupState, GroupState];
    const { send } = createCommit(a, { proposals: [proposal] });
    expect(receiveMessage(b, send.commit).kind).toBe('commit');
  });

  it('are shown to the authentication service when a commit brings them', () => {
    const [a, b] = room(2, careful()) as [GroupState, GroupState];
    refuses('leafCredential', () => createCommit(a, { proposals: [proposal] }));
    refuses('leafCredential', () => receiveMessage(b, forgeProposals(a, proposal)));
  });

  it('are decoded when a commit brings them', () => {
    const [a, b] = room(2) as [GroupState, GroupState];
    const damaged: Proposal = {
      type: 'groupContextExtensions',
      extensions: [{ type: extensionTypes.externalSenders, data: text('x') }],
    };
    refuses('truncated', () => receiveMessage(b, forgeProposals(a, damaged)));
  });

  it('are shown to the authentication service when a group is made or joined', () => {
    const member = newMember(suite, 'm');
    const make = (of: GroupConfig) =>
      createGroup({ config: of, groupId: text('g'), member, extensions: [stranger] });
    refuses('leafCredential', () => make(careful()));
    const invited = newMember(suite, 'invited');
    const add: Proposal = { type: 'add', keyPackage: invited.keyPackage };
    const { send } = createCommit(make(config()), { proposals: [add] });
    const welcome = send.welcome as Uint8Array;
    refuses('leafCredential', () => joinGroup({ config: careful(), welcome, member: invited }));
    expect(joinGroup({ config: config(), welcome, member: invited }).state.closed).toBe(false);
  });

  it('and required capabilities are bounded in number', () => {
    const [a, b] = room(2) as [GroupState, GroupState];
    const data = Buffer.concat([
      Uint8Array.of(0x80, 0x1e, 0x84, 0x80),
      Buffer.alloc(2_000_000, Uint8Array.of(0, 1)),
      Uint8Array.of(0, 0),
    ]);
    const many: Proposal = {
      type: 'groupContextExtensions',
      extensions: [{ type: extensionTypes.requiredCapabilities, data: new Uint8Array(data) }],
    };
    const path = honestPath(a, [{ proposal: many, sender: { type: 'member', leafIndex: 0 } }]);
    refuses('tooLarge', () => receiveMessage(b, forgeCommit(a, { proposals: inline(many), path })));
  });
});
