import { describe, expect, it } from 'vitest';
import { erase } from '../src/codec/bytes.ts';
import { suites } from '../src/crypto/suite.ts';
import { createCommit } from '../src/group/createCommit.ts';
import { propose, proposeUpdate, sealMessage } from '../src/group/message.ts';
import { acceptCommit, discardCommit } from '../src/group/pendingCommit.ts';
import { epochAuthenticator, exportSecret } from '../src/group/query.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { commit, config, newMember, room, string, text } from './room.ts';

/** All states agree on the epoch. */
function agree(states: readonly GroupState[]): void {
  const views = states.map((s) => Buffer.from(epochAuthenticator(s)).toString('hex'));
  expect(new Set(views).size).toBe(1);
}

/** Everyone says something that everyone else can read. */
function talk(states: readonly GroupState[]): GroupState[] {
  let next = [...states];
  states.forEach((_, from) => {
    const sent = sealMessage(next[from] as GroupState, text(`from ${from}`));
    erase(sent.erase);
    next = next.map((s, i) => {
      if (i === from) return sent.state;
      const got = receiveMessage(s, sent.send);
      if (got.kind !== 'application') throw new Error(got.kind);
      expect(string(got.data)).toBe(`from ${from}`);
      erase(got.erase);
      return got.state;
    });
  });
  return next;
}

describe('a group', () => {
  it.each(suites.map((s) => [s.name, s] as const))('lives through its operations in %s', (_, suite) => {
    let states = talk(room(4, config(suite)));
    agree(states);
    states = talk(commit(states, 1, {}));
    states = talk(commit(states, 2, {}, [newMember(suite, 'x'), newMember(suite, 'y')]));
    expect(states.length).toBe(6);
    states = commit(states, 3, { path: true }, [newMember(suite, 'z')]);
    const gone = states.splice(4, 1)[0] as GroupState;
    const removal = createCommit(states[0] as GroupState, {
      proposals: [{ type: 'remove', leafIndex: gone.self.leafIndex }],
    });
    expect(receiveMessage(gone, removal.send.commit).kind).toBe('removed');
    states = states.map((s, i) => {
      if (i === 0) return acceptCommit(removal.state).state;
      const got = receiveMessage(s, removal.send.commit);
      if (got.kind !== 'commit') throw new Error(got.kind);
      return got.state;
    });
    agree(talk(states));
    const exported = states.map((s) => Buffer.from(exportSecret(s, 'test', text('c'), 40)).toString('hex'));
    expect(new Set(exported).size).toBe(1);
  });

  it('commits proposals of others by reference, an update of this member among them', () => {
    const states = room(4);
    const a = proposeUpdate(states[1] as GroupState);
    const b = propose(states[2] as GroupState, { type: 'remove', leafIndex: 3 });
    let now = [states[0] as GroupState, a.state, b.state];
    now = now.map((s, i) => {
      let t = s;
      for (const [from, message] of [
        [1, a.send],
        [2, b.send],
      ] as const) {
        if (from === i) continue;
        const got = receiveMessage(t, message);
        if (got.kind !== 'proposal') throw new Error(got.kind);
        t = got.state;
      }
      return t;
    });
    const before = now[1]?.tree.leaf(1)?.encryptionKey;
    now = commit(now, 0, {});
    agree(now);
    expect(now[0]?.tree.leaf(3)).toBeUndefined();
    expect(now[1]?.tree.leaf(1)?.encryptionKey).not.toEqual(before);
    agree(talk(commit(talk(now), 1, {})));
  });

  it('changes nothing until a commit is accepted, and goes on from a lost one', () => {
    const states = room(3);
    const [a, b, c] = states as [GroupState, GroupState, GroupState];
    const ours = createCommit(a);
    expect(epochAuthenticator(ours.state)).toEqual(epochAuthenticator(a));
    const theirs = createCommit(b);
    const lost = receiveMessage(ours.state, theirs.send.commit);
    const seen = receiveMessage(c, theirs.send.commit);
    if (lost.kind !== 'commit' || seen.kind !== 'commit') throw new Error('not commits');
    const won = acceptCommit(theirs.state);
    agree([lost.state, won.state, seen.state]);
    erase([...lost.erase, ...won.erase, ...seen.erase]);
    agree(commit(talk([lost.state, won.state, seen.state]), 0, {}));
  });

  it('discards a commit in one call and keeps its generation used', () => {
    const [a, b] = room(2) as [GroupState, GroupState];
    const first = createCommit(a);
    const dropped = discardCommit(first.state);
    erase([...first.erase, ...dropped.erase]);
    const second = createCommit(dropped.state);
    const got = receiveMessage(b, second.send.commit);
    if (got.kind !== 'commit') throw new Error(got.kind);
    agree([acceptCommit(second.state).state, got.state]);
    expect(() => acceptCommit(a)).toThrow(expect.objectContaining({ code: 'noCommitPending' }));
    expect(() => createCommit(second.state)).toThrow(expect.objectContaining({ code: 'commitPending' }));
  });

  it('opens messages of kept epochs and refuses older ones', () => {
    let states = room(2, config(undefined, { epochsKept: 2 }));
    const late: Uint8Array[] = [];
    for (let i = 0; i < 3; i++) {
      const sent = sealMessage(states[0] as GroupState, text(`epoch ${i}`));
      late.push(sent.send);
      states = commit([sent.state, states[1] as GroupState], 1, {});
    }
    const receiver = states[1] as GroupState;
    expect(() => receiveMessage(receiver, late[0] as Uint8Array)).toThrow(
      expect.objectContaining({ code: 'wrongEpoch' }),
    );
    for (const message of late.slice(1)) expect(receiveMessage(receiver, message).kind).toBe('application');
  });

  it('rotates its signature key and leaf extensions with a commit', () => {
    const states = room(3);
    const { suite } = config();
    const signatureKeys = suite.signature.generate();
    const extensions = [{ type: 0xff01, data: text('x25519 key') }];
    const next = talk(commit(states, 0, { leaf: { signatureKeys, extensions } }));
    expect(next[1]?.tree.leaf(0)?.signatureKey).toEqual(signatureKeys.publicKey);
    expect(next[2]?.tree.leaf(0)?.extensions).toEqual(extensions);
    agree(talk(commit(next, 0, {})));
  });

  it('pads messages to the lengths the policy gives', () => {
    const pad = (length: number): number => Math.ceil(length / 256) * 256;
    const [a, b] = room(2, config(undefined, { pad })) as [GroupState, GroupState];
    const sizes = [0, 1, 50, 150].map((length) => {
      const { send } = sealMessage(a, new Uint8Array(length));
      const got = receiveMessage(b, send);
      if (got.kind !== 'application') throw new Error(got.kind);
      expect(got.data.length).toBe(length);
      return send.length;
    });
    expect(new Set(sizes).size).toBe(1);
  });

  it('injects resumption keys of this and of former epochs', () => {
    let states = room(3);
    const former = states[0]?.context.epoch as bigint;
    states = commit(states, 1, {});
    const { groupId, epoch } = (states[0] as GroupState).context;
    const nonce = new Uint8Array(32).fill(1);
    const psk = (of: bigint) =>
      ({
        type: 'psk',
        psk: { type: 'resumption', usage: 'application', groupId, epoch: of, nonce },
      }) as const;
    agree(talk(commit(states, 0, { proposals: [psk(epoch), psk(former)] })));
    expect(() => createCommit(states[0] as GroupState, { proposals: [psk(99n)] })).toThrow(
      expect.objectContaining({ code: 'pskUnknown' }),
    );
  });

  it('replaces the extensions of its context', () => {
    const states = room(3);
    const extensions = [{ type: 1, data: text('application id') }];
    const next = talk(commit(states, 2, { proposals: [{ type: 'groupContextExtensions', extensions }] }));
    expect(next[0]?.context.extensions).toEqual(extensions);
    agree(next);
  });
});
