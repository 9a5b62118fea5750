import { describe, expect, it } from 'vitest';
import { concat, erase } from '../src/codec/bytes.ts';
import { decode } from '../src/codec/reader.ts';
import { type Suite, suiteOf } from '../src/crypto/suite.ts';
import { createCommit } from '../src/group/createCommit.ts';
import { openGeneration, takeGeneration } from '../src/group/generation.ts';
import { sealMessage } from '../src/group/message.ts';
import { acceptCommit } from '../src/group/pendingCommit.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { takeToSend } from '../src/schedule/secretTree.ts';
import { recordChanges, recordsOf, restoreGroup } from '../src/store/records.ts';
import { encodeLeafNode, readLeafNode } from '../src/tree/leafNode.ts';
import { refuses } from './forge.ts';
import { commit, config, room, string, text } from './room.ts';

const pair = (of = config()): [GroupState, GroupState] => room(2, of) as [GroupState, GroupState];

function read(state: GroupState, message: Uint8Array) {
  const got = receiveMessage(state, message);
  if (got.kind !== 'application') throw new Error(got.kind);
  return got;
}

/** Which of these secrets stand anywhere in what the state would store. */
function storedIn(state: GroupState, secrets: readonly Uint8Array[]): number {
  const records = [...recordsOf(state).values()].map((bytes) => Buffer.from(bytes));
  return secrets.filter((secret) => records.some((record) => record.includes(Buffer.from(secret)))).length;
}

/** The parts of a state that a step must leave as they are. */
const snapshot = (state: GroupState) =>
  [...recordsOf(state)].map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]);

describe('a generation without a message (§9.1)', () => {
  it.each([1, 0xf00d])('is the same secret for sender and recipients, in suite %i', (id) => {
    const { aead } = suiteOf(id);
    const [a, b, c] = room(3, config(suiteOf(id))) as [GroupState, GroupState, GroupState];
    const taken = takeGeneration(a);
    expect(taken.secret).toHaveLength(aead.keyLength + aead.nonceLength);
    for (const other of [b, c]) {
      expect(openGeneration(other, a.self.leafIndex, taken.generation).secret).toEqual(taken.secret);
    }
  });

  it('is key and nonce that a message in its place would have been sealed with', () => {
    const sealed: Uint8Array[] = [];
    const real = suiteOf(1);
    const seal: Suite['aead']['seal'] = (key, ...rest) => {
      sealed.push(Uint8Array.from(key));
      return real.aead.seal(key, ...rest);
    };
    const [a] = pair(config({ ...real, aead: { ...real.aead, seal } }));
    sealMessage(a, text('m'));
    const keys = sealed.map((key) => Buffer.from(key).toString('hex'));
    const { secret } = takeGeneration(a);
    const { messageKey } = takeToSend(real, a.messageKeys, a.self.leafIndex, 'application');
    expect(keys).toContain(Buffer.from(secret.subarray(0, 16)).toString('hex'));
    expect(secret).toEqual(concat(messageKey.key, messageKey.nonce));
  });

  it('goes in turn with messages of both sides, in any order of arrival, and none is given twice', () => {
    let [a, b] = pair();
    const secrets: { generation: number; secret: Uint8Array }[] = [];
    const messages: Uint8Array[] = [];
    for (let i = 0; i < 12; i++) {
      if (i % 3 === 1) {
        const sent = sealMessage(a, text(`m${i}`));
        messages.push(sent.send);
        a = sent.state;
        erase(sent.erase);
      } else {
        const taken = takeGeneration(a);
        secrets.push(taken);
        a = taken.state;
        erase(taken.erase);
      }
    }
    const heard: string[] = [];
    const generations: number[] = [];
    for (const message of messages.reverse()) {
      const got = read(b, message);
      heard.push(string(got.data));
      generations.push(got.generation);
      b = got.state;
      erase(got.erase);
    }
    expect(heard).toEqual(['m10', 'm7', 'm4', 'm1']);
    for (const { generation, secret } of secrets) {
      const opened = openGeneration(b, a.self.leafIndex, generation);
      expect(opened.secret).toEqual(secret);
      generations.push(opened.generation);
      b = opened.state;
      erase(opened.erase);
    }
    expect(generations.sort((x, y) => x - y)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(new Set(secrets.map(({ secret }) => Buffer.from(secret).toString('hex'))).size).toBe(8);
    // The other direction has a ratchet of its own.
    expect(string(read(a, sealMessage(b, text('answer')).send).data)).toBe('answer');
  });

  it('is refused once it was used, as a secret or as a message', () => {
    const [a, b] = pair();
    const sent = sealMessage(a, text('m'));
    const taken = takeGeneration(sent.state);
    const heard = read(b, sent.send).state;
    refuses('generationUsed', () => openGeneration(heard, 0, 0));
    const opened = openGeneration(heard, 0, taken.generation);
    refuses('generationUsed', () => openGeneration(opened.state, 0, taken.generation));
    // The message whose generation was taken as a secret can no longer be opened.
    const burnt = openGeneration(b, 0, 0).state;
    refuses('generationUsed', () => receiveMessage(burnt, sent.send));
  });

  it('leaves the given state good: what fails later has used nothing up', () => {
    const [a, b] = pair();
    const [sender, receiver] = [snapshot(a), snapshot(b)];
    const taken = takeGeneration(a);
    openGeneration(b, 0, taken.generation).secret.fill(0);
    expect([snapshot(a), snapshot(b)]).toEqual([sender, receiver]);
    expect(openGeneration(b, 0, taken.generation).secret).toEqual(takeGeneration(a).secret);
  });

  it('survives a restart: the changes it makes to the store are the state', () => {
    const [a, b] = pair();
    const [taken, opened] = [takeGeneration(a), openGeneration(b, 0, 5)];
    for (const [before, after] of [
      [a, taken.state],
      [b, opened.state],
    ] as const) {
      const disk = new Map(recordsOf(before));
      const changes = recordChanges(before, after);
      for (const name of changes.delete) disk.delete(name);
      for (const [name, bytes] of changes.put) disk.set(name, bytes);
      expect(snapshot(restoreGroup(disk, after.config))).toEqual(snapshot(after));
    }
    const [again, there] = [taken, opened].map(({ state }) => restoreGroup(recordsOf(state), state.config));
    if (again === undefined || there === undefined) throw new Error('nothing restored');
    const next = takeGeneration(again);
    expect(next.generation).toBe(1);
    expect(openGeneration(there, 0, 1).secret).toEqual(next.secret);
    refuses('generationUsed', () => openGeneration(there, 0, 5));
    // In the middle of an epoch it costs the store one small record.
    expect([...recordChanges(again, next.state).put.values()].map(({ length }) => length < 64)).toEqual([
      true,
    ]);
  });

  it('is gone from the next state, with what it came from; erasing leaves that state whole', () => {
    const [a, b] = pair();
    const [taken, opened] = [takeGeneration(a), openGeneration(b, 0, 3)];
    const third = openGeneration(opened.state, 0, 1);
    for (const { state, secret, erase: used } of [taken, opened, third]) {
      const kept = snapshot(state);
      const gone = [secret, secret.subarray(0, 16), secret.subarray(16), ...used].map((s) =>
        Uint8Array.from(s),
      );
      expect(storedIn(state, gone)).toBe(0);
      erase(used);
      expect(used.length).toBeGreaterThan(0);
      expect(snapshot(state)).toEqual(kept);
    }
    // Negative control: a state before the step holds what the list names, and the search finds it.
    const [fresh] = pair();
    const first = takeGeneration(fresh);
    expect(storedIn(fresh, first.erase)).toBeGreaterThan(0);
  });

  it('is refused for a leaf that is blank or outside the tree, for our own, and too far ahead', () => {
    let states = room(4);
    states = commit(
      states.filter((_, i) => i !== 2),
      0,
      { proposals: [{ type: 'remove', leafIndex: 2 }] },
    );
    const [a] = states as [GroupState];
    for (const leaf of [2, 4, 1_000_000, 0xffffffff]) {
      refuses('senderNotMember', () => openGeneration(a, leaf, 0));
    }
    refuses('ownMessage', () => openGeneration(a, a.self.leafIndex, 0));
    const { stepsAhead } = a.config.policy;
    for (const generation of [stepsAhead + 1, 0x7fffffff, 0xffffffff]) {
      refuses('generationTooFar', () => openGeneration(a, 1, generation));
    }
    expect(openGeneration(a, 1, stepsAhead).generation).toBe(stepsAhead);
  });

  it('belongs to one epoch: the next has others, and a closed group none', () => {
    const before = pair();
    const taken = takeGeneration(before[0]);
    const [a, b] = commit(before, 1, {}) as [GroupState, GroupState];
    expect(takeGeneration(a).secret).not.toEqual(taken.secret);
    expect(openGeneration(b, 0, taken.generation).secret).toEqual(takeGeneration(a).secret);

    const reInit = { type: 'reInit', groupId: text('n'), version: 1, suiteId: 2, extensions: [] } as const;
    const closed = acceptCommit(createCommit(a, { proposals: [reInit] }).state).state;
    refuses('groupClosed', () => takeGeneration(closed));
    refuses('groupClosed', () => openGeneration(closed, 1, 0));
  });
});

describe('an encoded leaf node (§7.2)', () => {
  it('is what decodes to the leaf, the same for all members, and a copy', () => {
    const [a, b] = pair();
    const [mine, theirs] = [a.tree.leaf(1), b.tree.leaf(1)];
    if (mine === undefined || theirs === undefined) throw new Error('no leaf');
    const encoded = encodeLeafNode(mine);
    expect(encoded).toEqual(encodeLeafNode(theirs));
    expect(decode(encoded, readLeafNode).signatureKey).toEqual(mine.signatureKey);
    encoded.fill(0);
    expect(encodeLeafNode(mine)).toEqual(encodeLeafNode(theirs));
  });
});
