import { describe, expect, it } from 'vitest';
import { erase } from '../src/codec/bytes.ts';
import { type Suite, suiteOf } from '../src/crypto/suite.ts';
import { type CommitResult, createCommit } from '../src/group/createCommit.ts';
import { proposeUpdate, type SendResult, sealMessage } from '../src/group/message.ts';
import { acceptCommit, discardCommit } from '../src/group/pendingCommit.ts';
import { epochAuthenticator } from '../src/group/query.ts';
import { receiveMessage } from '../src/group/receiveMessage.ts';
import type { GroupState } from '../src/group/state.ts';
import { LONG } from './long.ts';
import { type Random, seeded } from './random.ts';
import { config, room, text } from './room.ts';

/**
 * A suite whose AEAD notes every key it seals with. Each key of MLS seals once, so a key seen twice is a generation
 * used twice. (Looking at key and nonce together would not do: the reuse guard makes the nonces differ.)
 */
function instrumented(): { suite: Suite; sealed: () => number; reused: () => number } {
  const real = suiteOf(1);
  const keys = new Set<string>();
  let sealed = 0;
  let reused = 0;
  const seal: Suite['aead']['seal'] = (key, ...rest) => {
    const name = Buffer.from(key).toString('hex');
    if (keys.has(name)) reused++;
    keys.add(name);
    sealed++;
    return real.aead.seal(key, ...rest);
  };
  return { suite: { ...real, aead: { ...real.aead, seal } }, sealed: () => sealed, reused: () => reused };
}

/** One round: everyone may speak or propose, several commit to one epoch, one wins, the others lose. */
function round(states: GroupState[], random: Random): GroupState[] {
  let now = states.slice();
  const deliver = (from: number, sent: SendResult): void => {
    erase(sent.erase);
    now = now.map((s, i) => {
      if (i === from) return sent.state;
      const got = receiveMessage(s, sent.send);
      if (got.kind !== 'application' && got.kind !== 'proposal') throw new Error(got.kind);
      erase(got.erase);
      return got.state;
    });
  };
  const anyone = (): number => random.below(now.length);
  if (random.below(3) === 0) {
    const from = anyone();
    deliver(from, proposeUpdate(now[from] as GroupState));
  }
  const committers = now.map((_, i) => i).filter(() => random.below(2) === 0);
  if (committers.length === 0) committers.push(anyone());
  const commits = new Map<number, CommitResult>();
  for (const i of committers) {
    const made = createCommit(now[i] as GroupState);
    erase(made.erase);
    commits.set(i, made);
    now[i] = made.state;
  }
  // Talking goes on while the commits are under way.
  const speaker = anyone();
  deliver(speaker, sealMessage(now[speaker] as GroupState, text('meanwhile')));
  const winner = random.pick(committers);
  const { commit } = (commits.get(winner) as CommitResult).send;
  return now.map((s, i) => {
    if (i === winner) {
      const won = acceptCommit(s);
      erase(won.erase);
      return won.state;
    }
    let loser = s;
    if (s.pending !== undefined && random.below(2) === 0) {
      // Half of the losers hear first that they lost; the others from the winner's commit itself.
      const dropped = discardCommit(s);
      erase(dropped.erase);
      loser = dropped.state;
    }
    const got = receiveMessage(loser, commit);
    if (got.kind !== 'commit') throw new Error(got.kind);
    erase(got.erase);
    return got.state;
  });
}

const ROUNDS = LONG ? 1000 : 100;

describe('a race for an epoch', () => {
  it(`${ROUNDS} rounds: all agree, nobody is stuck, no key seals twice`, { timeout: 600_000 }, () => {
    const { suite, sealed, reused } = instrumented();
    const random = seeded();
    let states = room(4, config(suite));
    const start = states[0]?.context.epoch ?? 0n;
    for (let i = 0; i < ROUNDS; i++) {
      states = round(states, random);
      const views = new Set(states.map((s) => Buffer.from(epochAuthenticator(s)).toString('hex')));
      expect(views.size, `seed ${random.seed}, round ${i}`).toBe(1);
    }
    expect((states[0]?.context.epoch ?? 0n) - start).toBe(BigInt(ROUNDS));
    expect(reused()).toBe(0);
    process.stdout.write(
      `mls race: ${ROUNDS} rounds, seed ${random.seed}, ${sealed()} keys sealed once each\n`,
    );
  });

  it('(control: sealing from a former state is seen as a key used twice)', () => {
    const { suite, reused } = instrumented();
    const [a] = room(2, config(suite)) as [GroupState];
    createCommit(a);
    createCommit(a);
    expect(reused()).toBe(1);
  });
});
