import { randomBytes } from 'node:crypto';
import { type Identity, identityOf, newIdentityBytes } from '../packages/proxy/src/core/identity/identity.ts';
import { type OwnKeys, type Pair, pairOf, type TheirKeys } from '../packages/proxy/src/core/identity/pair.ts';
import { isTag, makeTag, type TagContext } from '../packages/proxy/src/core/identity/tags.ts';
import { randomId } from '../packages/proxy/src/core/text.ts';
import { median } from './figures.ts';

const rounds = 9;
/** Other members of a room. */
const crowds = [9, 99, 999];

/** What it costs a proxy to show who it is, to learn who another is, and to whisper: CPU time of one core. */
export function benchIdentity(): void {
  console.log('\n## Who is who: CPU time of one proxy\n');
  console.log('what | ms');
  for (const others of crowds) row(`tags to ${others} other members, all new`, tagsTo(others));
  row('check the tag of a new member', checkOne());
  const whisper = sliceKeys();
  row('slice key of a whisper to a new member', whisper.fresh);
  row('slice key of the next whisper to the same', whisper.known);
}

/** What a joiner does at once, with nothing computed before. */
function tagsTo(others: number): number[] {
  const own = newMember();
  const all = Array.from({ length: others }, () => theirsOf(newMember()));
  const context = newContext();
  return times(rounds, () => {
    for (const theirs of all) makeTag(keyOf(pairOf(own, theirs), 'tagKeyTo'), context);
  });
}

function checkOne(): number[] {
  const count = 50;
  const own = newMember();
  const context = newContext();
  const tagged = Array.from({ length: count }, () => {
    const other = newMember();
    const tag = makeTag(keyOf(pairOf(other, theirsOf(own)), 'tagKeyTo'), context);
    return { theirs: theirsOf(other), tag };
  });
  return times(rounds, () => {
    for (const { theirs, tag } of tagged) {
      if (!isTag(keyOf(pairOf(own, theirs), 'tagKeyFrom'), context, tag))
        throw new Error('a tag that is wrong');
    }
  }).map((ms) => ms / count);
}

function sliceKeys(): { fresh: number[]; known: number[] } {
  const count = 50;
  const own = newMember();
  const all = Array.from({ length: count }, () => theirsOf(newMember()));
  const context = { exporter: randomBytes(32), room: randomId(), epoch: 1 };
  let pairs: Pair[] = [];
  const fresh = times(rounds, () => {
    pairs = all.map((theirs) => pairOf(own, theirs));
    for (const pair of pairs) pair.sliceKeyTo(context);
  });
  const known = times(rounds, () => {
    for (const pair of pairs) pair.sliceKeyTo(context);
  });
  return { fresh: fresh.map((ms) => ms / count), known: known.map((ms) => ms / count) };
}

function newMember(): OwnKeys {
  const keys = (): Identity => identityOf(newIdentityBytes());
  return { identity: keys(), ephemeral: keys() };
}

function theirsOf({ identity, ephemeral }: OwnKeys): TheirKeys {
  return { identityKey: identity.publicKey, ephemeralKey: ephemeral.publicKey };
}

function newContext(): TagContext {
  const hash = () => randomBytes(32);
  return { room: randomId(), authenticator: hash(), from: hash(), to: hash() };
}

function keyOf(pair: Pair, which: 'tagKeyTo' | 'tagKeyFrom') {
  const key = pair[which]();
  if (!key) throw new Error('a key that is none');
  return key;
}

/** Milliseconds of CPU time of this process, once for each time after a first that is not counted. */
function times(count: number, run: () => void): number[] {
  run();
  return Array.from({ length: count }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
}

function row(what: string, figures: number[]): void {
  console.log(`${what} | ${median(figures).toFixed(3)}`);
}
