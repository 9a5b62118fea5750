import { describe, expect, it } from 'vitest';
import { erase } from '../src/codec/bytes.ts';
import { HpkeContext } from '../src/crypto/hpke.ts';
import { deriveSecret, deriveTreeSecret } from '../src/crypto/labeled.ts';
import { type Suite, suiteOf } from '../src/crypto/suite.ts';
import { createCommit } from '../src/group/createCommit.ts';
import { sealMessage } from '../src/group/message.ts';
import { acceptCommit } from '../src/group/pendingCommit.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { encodeGroupContext } from '../src/message/groupContext.ts';
import { takeToSend } from '../src/schedule/secretTree.ts';
import { recordsOf, restoreGroup } from '../src/store/records.ts';
import { encodeSecret } from '../src/store/stateCodec.ts';
import { mergePath, type PrivateKeys } from '../src/tree/pathSecrets.ts';
import { treeHash } from '../src/tree/treeHash.ts';
import { honestPath } from './forge.ts';
import { seeded } from './random.ts';
import { commit, config, newMember, room, text } from './room.ts';

type Records = ReadonlyMap<string, Uint8Array>;

/** A suite that notes which keys opened something. */
function watched(): { suite: Suite; opened: Uint8Array[] } {
  const real = suiteOf(1);
  const opened: Uint8Array[] = [];
  const open: Suite['aead']['open'] = (key, ...rest) => {
    const plain = real.aead.open(key, ...rest);
    opened.push(Uint8Array.from(key));
    return plain;
  };
  return { suite: { ...real, aead: { ...real.aead, open } }, opened };
}

/**
 * What a thief of the stored state can do: look for the message key itself, and take every 32 octets of every record
 * for a ratchet secret and derive up to three generations onwards.
 */
function canDerive(suite: Suite, records: Records, key: Uint8Array, generation: number): boolean {
  for (const [name, record] of records) {
    const bytes = Buffer.from(record);
    if (bytes.indexOf(Buffer.from(key)) >= 0) return true;
    if (!name.startsWith('keys/')) continue;
    for (let at = 0; at + 32 <= bytes.length; at++) {
      for (let start = Math.max(0, generation - 3); start <= generation; start++) {
        let secret: Uint8Array = bytes.subarray(at, at + 32);
        for (let g = start; g < generation; g++) secret = deriveTreeSecret(suite, secret, 'secret', g, 32);
        if (deriveTreeSecret(suite, secret, 'key', generation, 16).every((b, i) => b === key[i])) {
          return true;
        }
      }
    }
  }
  return false;
}

const opens = (records: Records, state: GroupState, message: Uint8Array): boolean => {
  try {
    return receiveMessage(restoreGroup(records, state.config), message).kind === 'application';
  } catch {
    return false;
  }
};

describe('forward secrecy', () => {
  it('after m1 and m2 came before m0, the stored state opens neither again, and m0 still', () => {
    const { suite, opened } = watched();
    const [a, b] = room(2, config(suite)) as [GroupState, GroupState];
    const m: Uint8Array[] = [];
    let sender = a;
    for (let i = 0; i < 3; i++) {
      const sent = sealMessage(sender, text(`m${i}`));
      sender = sent.state;
      m.push(sent.send);
    }
    const [m0, m1, m2] = m as [Uint8Array, Uint8Array, Uint8Array];
    let receiver = b;
    const keys: Uint8Array[] = [];
    const before = receiver.messageKeys;
    for (const message of [m1, m2]) {
      const got = receiveMessage(receiver, message);
      if (got.kind !== 'application') throw new Error(got.kind);
      receiver = got.state;
      keys.push(opened.at(-1) as Uint8Array);
    }
    const stored = recordsOf(receiver);
    expect([m0, m1, m2].map((x) => opens(stored, receiver, x))).toEqual([true, false, false]);
    expect(keys.map((key, i) => canDerive(suite, stored, key, i + 1))).toEqual([false, false]);

    // Negative control: with the secret that these generations came from still stored, the check must say so.
    const ratchetSecret = firstRatchetSecret(suite, before);
    const leaky = new Map(stored).set('keys/1/leak', encodeSecret(ratchetSecret));
    expect(keys.map((key, i) => canDerive(suite, leaky, key, i + 1))).toEqual([true, true]);

    const got = receiveMessage(receiver, m0);
    if (got.kind !== 'application') throw new Error(got.kind);
    expect(canDerive(suite, recordsOf(got.state), opened.at(-1) as Uint8Array, 0)).toBe(false);
  });

  it('what erase lists is gone from the former state and still whole in the new one', () => {
    const [a, b] = room(2) as [GroupState, GroupState];
    const sent = sealMessage(a, text('m'));
    const got = receiveMessage(b, sent.send);
    if (got.kind !== 'application') throw new Error(got.kind);
    const whole = recordsOf(got.state);
    erase(got.erase);
    expect(recordsOf(got.state)).toEqual(whole);
    expect(() => receiveMessage(b, sent.send)).toThrow();
    expect(got.erase.length).toBeGreaterThan(0);
    expect(got.erase.every((s) => s.every((octet) => octet === 0))).toBe(true);
  });

  it("a removed member's saved state opens nothing later", () => {
    let states = room(4);
    const saved = recordsOf(states[3] as GroupState);
    const removed = states[3] as GroupState;
    const early = sealMessage(states[0] as GroupState, text('before'));
    expect(opens(saved, removed, early.send)).toBe(true);
    states = commit(states.slice(0, 3), 0, { proposals: [{ type: 'remove', leafIndex: 3 }] });
    for (let i = 0; i < 3; i++) {
      const later = sealMessage(states[i] as GroupState, text('after'));
      expect(opens(saved, removed, later.send)).toBe(false);
      expect(followsWith(removed, states, i)).toBe(false);
      states = commit(states, i, {});
    }
  });
});

/** The first secret of member 0's application ratchet, as derived from the whole secret tree. */
function firstRatchetSecret(suite: Suite, tree: GroupState['messageKeys']): Uint8Array {
  const { tree: opened } = takeToSend(suite, tree, 1, 'application');
  const top = opened.top;
  if (top.kind !== 'parent' || top.left.kind !== 'secret') throw new Error('unexpected shape');
  return deriveSecret(suite, top.left.secret, 'application');
}

/** Whether any private key that the thief holds opens any path secret of a commit of `states[by]`. */
function followsWith(thief: GroupState, states: readonly GroupState[], by: number): boolean {
  const committer = states[by] as GroupState;
  const { suite } = committer.config;
  const path = honestPath(committer);
  const applied = committer.tree.copy();
  mergePath(suite, applied, committer.self.leafIndex, path, new Set());
  const provisional = encodeGroupContext({
    ...committer.context,
    epoch: committer.context.epoch + 1n,
    treeHash: treeHash(suite, applied),
  });
  const hpke = HpkeContext.labeled(suite, 'UpdatePathNode', provisional);
  const keys: PrivateKeys = thief.self.privateKeys;
  for (const { encryptedPathSecret } of path.nodes) {
    for (const sealed of encryptedPathSecret) {
      for (const secret of keys.values()) {
        try {
          hpke.open(secret, sealed);
          return true;
        } catch {
          // Not for this key.
        }
      }
    }
  }
  return false;
}

describe('private keys of the tree', () => {
  it('are held for the nodes that have them, and for no other, whatever is committed', () => {
    let states = room(7);
    const random = seeded();
    for (let i = 0; i < 40; i++) {
      const by = random.below(states.length);
      if (states.length > 3 && random.below(4) === 0) {
        const gone = states[(by + 1) % states.length] as GroupState;
        const leafIndex = gone.self.leafIndex;
        const rest = states.filter((s) => s !== gone);
        states = commit(rest, rest.indexOf(states[by] as GroupState), {
          proposals: [{ type: 'remove', leafIndex }],
        });
      } else {
        const joiners =
          states.length < 9 && random.below(2) === 0 ? [newMember(suiteOf(1), `late ${i}`)] : [];
        states = commit(states, by, {}, joiners);
      }
      for (const { self, tree, config } of states) {
        for (const [node, secret] of self.privateKeys) {
          const fits = config.suite.kem.publicOf(secret);
          expect(Buffer.from(fits), `seed ${random.seed}`).toEqual(
            Buffer.from(tree.encryptionKey(node) ?? []),
          );
        }
      }
    }
  });
});

describe('post-compromise security', () => {
  it('a cloned state is shut out by one update of its owner, and by nothing less', () => {
    let states = room(4);
    const stolen = states[2] as GroupState;
    const thief = recordsOf(stolen);

    // Negative control: a commit of someone else does not shut the thief out.
    const other = createCommit(states[0] as GroupState);
    const followed = receiveMessage(restoreGroup(thief, stolen.config), other.send.commit);
    expect(followed.kind).toBe('commit');
    if (followed.kind !== 'commit') return;
    states = states.map((s, i) => {
      if (i === 0) return acceptCommit(other.state).state;
      const got = receiveMessage(s, other.send.commit);
      if (got.kind !== 'commit') throw new Error(got.kind);
      return got.state;
    });
    expect(followsWith(followed.state, states, 1)).toBe(true);
    const readable = sealMessage(states[1] as GroupState, text('read by the thief'));
    expect(receiveMessage(followed.state, readable.send).kind).toBe('application');

    states = commit(states, 2, {});
    for (let i = 0; i < 4; i++) {
      const later = sealMessage(states[i] as GroupState, text('not for the thief'));
      expect(() => receiveMessage(followed.state, later.send)).toThrow(
        expect.objectContaining({ code: 'wrongEpoch' }),
      );
      if (i !== 2) expect(followsWith(followed.state, states, i)).toBe(false);
    }
  });
});
