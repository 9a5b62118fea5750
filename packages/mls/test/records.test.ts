import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { erase } from '../src/codec/bytes.ts';
import { createCommit } from '../src/group/createCommit.ts';
import { proposeUpdate, sealMessage } from '../src/group/message.ts';
import { acceptCommit, discardCommit } from '../src/group/pendingCommit.ts';
import { epochAuthenticator } from '../src/group/query.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { type RecordChanges, recordChanges, recordsOf, restoreGroup } from '../src/store/records.ts';
import { commit, config, pairIn, room, string, text } from './room.ts';

/** A store that follows a state by its changes. */
class Disk {
  readonly records = new Map<string, Uint8Array>();
  written = 0;
  state: GroupState;

  constructor(state: GroupState) {
    this.state = state;
    this.#apply(recordChanges(undefined, state));
  }

  #apply(changes: RecordChanges): void {
    for (const name of changes.delete) this.records.delete(name);
    this.written = 0;
    for (const [name, bytes] of changes.put) {
      this.records.set(name, bytes);
      this.written += name.length + bytes.length;
    }
  }

  save(next: GroupState, used: Iterable<Uint8Array> = []): void {
    this.#apply(recordChanges(this.state, next));
    this.state = next;
    erase(used);
  }

  /** The records hold what the state says, no more and no less. */
  check(): void {
    const sorted = (m: ReadonlyMap<string, Uint8Array>) =>
      [...m].map(([k, v]) => [k, Buffer.from(v).toString('hex')]).sort();
    expect(sorted(this.records)).toEqual(sorted(recordsOf(this.state)));
    expect(sorted(recordsOf(restoreGroup(this.records, this.state.config)))).toEqual(sorted(this.records));
  }
}

describe('records', () => {
  it('follow a state through messages, skipped ones, proposals, commits won and lost', () => {
    const [a, b] = room(3).map((s) => new Disk(s)) as [Disk, Disk];
    const sent: Uint8Array[] = [];
    for (let i = 0; i < 4; i++) {
      const m = sealMessage(a.state, text(`m${i}`));
      a.save(m.state, m.erase);
      sent.push(m.send);
    }
    for (const i of [2, 0, 3]) {
      const got = receiveMessage(b.state, sent[i] as Uint8Array);
      if (got.kind !== 'application') throw new Error(got.kind);
      b.save(got.state, got.erase);
      b.check();
    }
    const update = proposeUpdate(a.state);
    a.save(update.state, update.erase);
    a.check();
    const mine = createCommit(a.state);
    a.save(mine.state, mine.erase);
    a.check();
    const dropped = discardCommit(a.state);
    a.save(dropped.state, dropped.erase);
    a.check();
    const again = createCommit(a.state);
    a.save(again.state, again.erase);
    const theirs = createCommit(b.state);
    b.save(theirs.state, theirs.erase);
    const restored = restoreGroup(b.records, b.state.config);
    const won = acceptCommit(restored);
    const lost = receiveMessage(a.state, theirs.send.commit);
    if (lost.kind !== 'commit') throw new Error(lost.kind);
    a.save(lost.state, lost.erase);
    a.check();
    const kept = acceptCommit(b.state);
    b.save(kept.state, kept.erase);
    b.check();
    expect(epochAuthenticator(won.state)).toEqual(epochAuthenticator(a.state));
    const late = receiveMessage(b.state, sent[1] as Uint8Array);
    if (late.kind !== 'application') throw new Error(late.kind);
    b.save(late.state, late.erase);
    b.check();
    expect(string(late.data)).toBe('m1');
  });

  it('go on from the store as from memory', () => {
    const states = room(5);
    const restored = states.map((s) => restoreGroup(recordsOf(s), s.config));
    const next = commit(commit(restored, 2, {}), 4, {});
    expect(new Set(next.map((s) => string(epochAuthenticator(s)))).size).toBe(1);
  });

  it.each([2, 40, 300])('change a few hundred bytes for a message in a group of %i', (size) => {
    const states = pairIn(size);
    const [a, b] = [new Disk(states[0]), new Disk(states[1])];
    const sizes: number[] = [];
    for (let i = 0; i < 3; i++) {
      const m = sealMessage(a.state, text('hello'));
      a.save(m.state, m.erase);
      sizes.push(a.written);
      const got = receiveMessage(b.state, m.send);
      if (got.kind !== 'application') throw new Error(got.kind);
      b.save(got.state, got.erase);
      sizes.push(b.written);
    }
    // The first message of a sender in an epoch opens the path to its leaf; the following ones do not.
    expect(Math.max(...sizes)).toBeLessThan(800);
    expect(Math.max(...sizes.slice(2))).toBeLessThan(100);
  });

  it('refuse another version, another suite and damage', () => {
    const state = room(1)[0] as GroupState;
    const records = new Map(recordsOf(state));
    const group = Uint8Array.from(records.get('group') as Uint8Array);
    group[0] = 2;
    const broken = [
      new Map(records).set('group', group),
      new Map(records).set('group', group.subarray(0, 40)),
      new Map([...records].filter(([name]) => !name.startsWith('tree/'))),
      new Map([...records].filter(([name]) => !name.startsWith('keys/'))),
    ];
    for (const records of broken) {
      expect(() => restoreGroup(records, state.config)).toThrow(
        expect.objectContaining({ code: 'recordFormat' }),
      );
    }
  });
});

interface Golden {
  suiteId: number;
  records: Record<string, string>;
  authenticator: string;
  /** A message of a former epoch and one of the current epoch, both skipped. */
  messages: { encoded: string; data: string }[];
}

describe('the stored format', () => {
  const golden = (name: string): Golden =>
    JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8')) as Golden;

  it.each(['state-v1-suite1', 'state-v1-xwing'])(
    'is still read and written as in golden/%s',
    async (name) => {
      const g = golden(name);
      const { suiteOf } = await import('../src/crypto/suite.ts');
      const records = new Map(Object.entries(g.records).map(([k, v]) => [k, Buffer.from(v, 'hex')]));
      const state = restoreGroup(records, config(suiteOf(g.suiteId), { expiredOnReceipt: 'allow' }));
      const written = [...recordsOf(state)].map(([k, v]) => [k, Buffer.from(v).toString('hex')]);
      expect(Object.fromEntries(written)).toEqual(g.records);
      expect(Buffer.from(epochAuthenticator(state)).toString('hex')).toBe(g.authenticator);
      for (const { encoded, data } of g.messages) {
        const got = receiveMessage(state, Buffer.from(encoded, 'hex'));
        if (got.kind !== 'application') throw new Error(got.kind);
        expect(string(got.data)).toBe(data);
      }
    },
  );
});
