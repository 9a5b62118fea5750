import { describe, expect, it } from 'vitest';
import { hex } from '../src/codec/bytes.ts';
import { createCommit } from '../src/group/createCommit.ts';
import { proposeUpdate } from '../src/group/message.ts';
import { protect, signOwn } from '../src/group/protect.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { basicCredential } from '../src/message/credential.ts';
import { externalSendersExtension } from '../src/message/extension.ts';
import { proposalRef } from '../src/message/framing.ts';
import { signKeyPackage } from '../src/message/keyPackage.ts';
import type { Proposal } from '../src/message/proposal.ts';
import { refuses } from './forge.ts';
import { commit, config, newMember, room, text } from './room.ts';

const { suite } = config();

/** All but the proposer receive whatever it proposes. */
function hear(states: readonly GroupState[], by: number, proposal: Proposal): GroupState[] {
  const evil = states[by] as GroupState;
  const sent = protect(evil, signOwn(evil, { type: 'proposal', proposal }, text(''), 'private'));
  return states.map((state, i) => {
    if (i === by) {
      const name = hex(proposalRef(suite, sent.content));
      return {
        ...sent.state,
        proposals: new Map(evil.proposals).set(name, { content: sent.content, update: undefined }),
      };
    }
    const got = receiveMessage(state, sent.message);
    if (got.kind !== 'proposal') throw new Error(got.kind);
    return got.state;
  });
}

const badExtensions = (): Proposal => ({
  type: 'groupContextExtensions',
  extensions: [{ type: 0xff77, data: text('nobody supports it') }],
});

describe('a proposal received that is not valid (§12.2, §12.4)', () => {
  const signatureKeys = suite.signature.generate();
  const poisons: Record<string, () => Proposal[]> = {
    'an unknown pre-shared key': () => [
      { type: 'psk', psk: { type: 'external', id: text('none'), nonce: new Uint8Array(32) } },
    ],
    'a key package that is not signed': () => {
      const { keyPackage } = newMember(suite, 'x');
      const encoded = Uint8Array.from(keyPackage.encoded);
      encoded[encoded.length - 1] = (encoded.at(-1) as number) ^ 1;
      return [{ type: 'add', keyPackage: { ...keyPackage, encoded } }];
    },
    'extensions nobody supports': () => [badExtensions()],
    'an init key that nothing can be sealed to': () => {
      const { keyPackage, secrets } = newMember(suite, 'x');
      const low = { ...keyPackage, initKey: new Uint8Array(32) };
      return [{ type: 'add', keyPackage: signKeyPackage(suite, low, secrets.signaturePrivateKey) }];
    },
    'one client twice, differently, and an unknown key': () => [
      { type: 'add', keyPackage: newMember(suite, 'b', { signatureKeys }).keyPackage },
      { type: 'psk', psk: { type: 'external', id: text('none'), nonce: new Uint8Array(32) } },
      { type: 'add', keyPackage: newMember(suite, 'a', { signatureKeys }).keyPackage },
    ],
  };

  it.each(Object.entries(poisons))('does not keep others from committing: %s', (_, make) => {
    let states = room(4);
    const update = proposeUpdate(states[3] as GroupState);
    states = states.map((s, i) => {
      if (i === 3) return update.state;
      const got = receiveMessage(s, update.send);
      if (got.kind !== 'proposal') throw new Error(got.kind);
      return got.state;
    });
    const honest = states[3]?.tree.leaf(3)?.encryptionKey;
    for (const proposal of make()) states = hear(states, 2, proposal);
    const next = commit(states, 0, {});
    expect(new Set(next.map((s) => s.context.epoch)).size).toBe(1);
    // The honest update is in, whatever stood beside it.
    expect(next[0]?.tree.leaf(3)?.encryptionKey).not.toEqual(honest);
  });

  it('does not take the place of a valid one: a forged key package, other extensions', () => {
    const { keyPackage } = newMember(suite, 'invited');
    const encoded = Uint8Array.from(keyPackage.encoded);
    encoded[encoded.length - 1] = (encoded.at(-1) as number) ^ 1;
    let states = hear(room(3), 1, { type: 'add', keyPackage });
    states = hear(states, 1, { type: 'groupContextExtensions', extensions: [] });
    states = hear(states, 2, { type: 'add', keyPackage: { ...keyPackage, encoded } });
    states = hear(states, 2, badExtensions());
    const next = commit(states, 0, {});
    expect(next[2]?.tree.leaf(3)?.signatureKey).toEqual(keyPackage.leafNode.signatureKey);
  });

  it('is one too many: a member cannot fill the room of the others', () => {
    const of = config(suite, { proposalsPerMember: 3 });
    let states = room(3, of);
    const psk = (n: number): Proposal => ({
      type: 'psk',
      psk: { type: 'external', id: text(`${n}`), nonce: new Uint8Array(32) },
    });
    for (let n = 0; n < 3; n++) states = hear(states, 2, psk(n));
    refuses('tooLarge', () => hear(states, 2, psk(3)));
    expect(hear(states, 1, psk(4))[0]?.proposals.size).toBe(4);
  });

  it('is named when it is the own one', () => {
    const [a] = room(2) as [GroupState];
    const senders = externalSendersExtension([
      { signatureKey: text('k'), credential: basicCredential(text('s')) },
    ]);
    refuses('proposalListExtensions', () =>
      createCommit(a, {
        proposals: [badExtensions(), { type: 'groupContextExtensions', extensions: [senders] }],
      }),
    );
    refuses('leafGroupExtensions', () => createCommit(a, { proposals: [badExtensions()] }));
  });
});
