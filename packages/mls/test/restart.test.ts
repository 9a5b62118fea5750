import { describe, expect, it } from 'vitest';
import { erase } from '../src/codec/bytes.ts';
import { type CommitOptions, createCommit } from '../src/group/createCommit.ts';
import { joinGroup } from '../src/group/joinGroup.ts';
import { propose, proposeUpdate, sealMessage } from '../src/group/message.ts';
import { acceptCommit, discardCommit } from '../src/group/pendingCommit.ts';
import { epochAuthenticator } from '../src/group/query.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { Erase, GroupState } from '../src/group/state.ts';
import type { Proposal } from '../src/message/proposal.ts';
import { recordChanges, restoreGroup } from '../src/store/records.ts';
import { config, newGroup, newMember, string, text } from './room.ts';

const known = text('a key from outside');
const of = { ...config(), psk: () => known };
const { suite } = of;

/** A member that is restarted from its records after every step, when what was used is erased. */
class Forgetful {
  #records = new Map<string, Uint8Array>();
  #state: GroupState | undefined;

  constructor(state: GroupState, used: Erase = []) {
    this.#enter({ state, erase: used });
  }

  get state(): GroupState {
    if (this.#state === undefined) throw new Error('no state');
    return this.#state;
  }

  #enter(next: { state: GroupState; erase: Erase }): void {
    const changes = recordChanges(this.#state, next.state);
    for (const name of changes.delete) this.#records.delete(name);
    for (const [name, bytes] of changes.put) this.#records.set(name, bytes);
    erase(next.erase);
    // Storage gives records back in an order of its own.
    this.#records = new Map([...this.#records].sort(([a], [b]) => (a < b ? -1 : 1)));
    this.#state = restoreGroup(this.#records, of);
  }

  say(words: string): Uint8Array {
    const sent = sealMessage(this.state, text(words));
    this.#enter(sent);
    return sent.send;
  }
  update(signatureKeys = suite.signature.generate()): Uint8Array {
    const sent = proposeUpdate(this.state, { signatureKeys });
    this.#enter(sent);
    return sent.send;
  }
  propose(proposal: Proposal): Uint8Array {
    const sent = propose(this.state, proposal);
    this.#enter(sent);
    return sent.send;
  }
  commit(options: CommitOptions = {}) {
    const made = createCommit(this.state, options);
    this.#enter(made);
    return made.send;
  }
  accept(): void {
    this.#enter(acceptCommit(this.state));
  }
  discard(): void {
    this.#enter(discardCommit(this.state));
  }
  hear(message: Uint8Array): string {
    const got = receiveMessage(this.state, message);
    if (got.kind === 'removed') throw new Error(got.kind);
    this.#enter(got);
    return got.kind === 'application' ? string(got.data) : got.kind;
  }
}

const nonce = new Uint8Array(suite.hashLength).fill(3);

describe('a member restarted after every step', () => {
  it('goes on: messages, proposals, keys changed, commits made, lost, won and followed, newcomers', () => {
    const founder = new Forgetful(newGroup(of));
    const invited = ['b', 'c', 'd'].map((name) => newMember(suite, name));
    const adds = invited.map(({ keyPackage }) => ({ type: 'add', keyPackage }) as const);
    const { welcome } = founder.commit({ proposals: adds });
    founder.accept();
    const all = [founder];
    for (const member of invited) {
      const joined = joinGroup({ config: of, welcome: welcome as Uint8Array, member });
      all.push(new Forgetful(joined.state, joined.erase));
    }
    const [a, b, c, d] = all as [Forgetful, Forgetful, Forgetful, Forgetful];
    const tell = (from: Forgetful, message: Uint8Array): string[] =>
      all.filter((member) => member !== from).map((member) => member.hear(message));
    const agree = (): void => {
      expect(new Set(all.map((m) => Buffer.from(epochAuthenticator(m.state)).toString('hex'))).size).toBe(1);
      for (const member of all) expect(new Set(tell(member, member.say('here')))).toEqual(new Set(['here']));
    };
    agree();

    const skipped = [a.say('late'), a.say('soon')] as const;
    expect(tell(a, skipped[1])).toEqual(['soon', 'soon', 'soon']);
    tell(b, b.update());
    tell(b, b.update());
    tell(c, c.propose({ type: 'psk', psk: { type: 'external', id: text('psk'), nonce } }));
    const first = c.commit({ leaf: { signatureKeys: suite.signature.generate() } }).commit;
    c.discard();
    const second = c.commit({ leaf: { signatureKeys: suite.signature.generate() } }).commit;
    expect(first).not.toEqual(second);
    const winner = d.commit({ path: true }).commit;
    d.accept();
    for (const loser of [a, b, c]) expect(loser.hear(winner)).toBe('commit');
    agree();
    expect(tell(a, skipped[0])).toEqual(['late', 'late', 'late']);

    for (const by of [b, c, a, d]) {
      const resumption = { type: 'resumption', usage: 'application', groupId: text('group'), nonce } as const;
      const epoch = by.state.context.epoch - 1n;
      tell(a, a.update());
      const { commit } = by.commit({
        path: true,
        proposals: [{ type: 'psk', psk: { ...resumption, epoch } }],
      });
      by.accept();
      tell(by, commit);
      agree();
    }

    tell(b, b.propose({ type: 'remove', leafIndex: d.state.self.leafIndex }));
    const { commit } = a.commit();
    a.accept();
    expect(receiveMessage(d.state, commit).kind).toBe('removed');
    all.pop();
    tell(a, commit);
    agree();
  });
});
