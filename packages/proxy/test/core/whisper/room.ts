import { type KeyObject, randomBytes } from 'node:crypto';
import {
  acceptCommit,
  basicCredential,
  createCommit,
  createGroup,
  createKeyPackage,
  type GroupState,
  joinGroup,
  receiveMessage,
  recordsOf,
  restoreGroup,
} from '@otr/mls';
import { compactSuite, configOf } from '../../../src/core/group/config.ts';
import { type Identity, identityOf, newIdentityBytes } from '../../../src/core/identity/identity.ts';
import { pairOf } from '../../../src/core/identity/pair.ts';
import {
  openWhisper,
  type Reader,
  sealWhisper,
  type WhisperEntry,
  whisperExporter,
} from '../../../src/core/whisper.ts';

/** Members of one room in one process, each with a state and X25519 keys of its own: whispers without proxy and relay. */

export interface Person {
  group: GroupState;
  identity: Identity;
  /** Of the leaf; a commit of this member with a path changes it (D2). */
  ephemeral: Identity;
}

export interface Sent extends WhisperEntry {
  readonly id: Uint8Array;
}

export const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));
export const string = (value: Uint8Array): string => Buffer.from(value).toString();
export const newId = (): Uint8Array => new Uint8Array(randomBytes(16));
const newKey = (): Identity => identityOf(newIdentityBytes());

function newMember(suiteId: number) {
  const seconds = BigInt(Math.floor(Date.now() / 1_000));
  return createKeyPackage({
    suite: configOf(suiteId).suite,
    credential: basicCredential(new Uint8Array(randomBytes(32))),
    lifetime: { notBefore: seconds - 60n, notAfter: seconds + 3_600n },
  });
}

/** A room of `size`, all in one epoch. */
export function room(size: number, suiteId = compactSuite): Person[] {
  const config = configOf(suiteId);
  const joiners = Array.from({ length: size - 1 }, () => newMember(suiteId));
  const alone = createGroup({ config, groupId: randomBytes(16), member: newMember(suiteId) });
  const proposals = joiners.map(({ keyPackage }) => ({ type: 'add', keyPackage }) as const);
  const { state, send } = createCommit(alone, { proposals, path: true });
  const { welcome } = send;
  if (!welcome) throw new Error('nobody joins');
  const joined = joiners.map((member) => joinGroup({ config, welcome, member }).state);
  return [acceptCommit(state).state, ...joined].map((group) => ({
    group,
    identity: newKey(),
    ephemeral: newKey(),
  }));
}

/** `by` renews its leaf: the next epoch, for all. */
export function renew(people: readonly Person[], by: Person): void {
  const { state, send } = createCommit(by.group, { path: true });
  by.group = acceptCommit(state).state;
  by.ephemeral = newKey();
  for (const person of people) {
    if (person === by) continue;
    const received = receiveMessage(person.group, send.commit);
    if (received.kind !== 'commit') throw new Error(received.kind);
    person.group = received.state;
  }
}

/** What a thief of the database holds. */
export const stolen = (group: GroupState): GroupState => restoreGroup(recordsOf(group), group.config);

function contextOf(group: GroupState) {
  const { groupId: room, epoch } = group.context;
  return { exporter: whisperExporter(group), room, epoch: Number(epoch) };
}

function between(own: Person, other: Person) {
  const theirs = { identityKey: other.identity.publicKey, ephemeralKey: other.ephemeral.publicKey };
  return pairOf(own, theirs);
}

function good(key: KeyObject | null): KeyObject {
  if (!key) throw new Error('not an X25519 key');
  return key;
}

/** The slice key from `own` to `other`, as `own` computes it. */
export function keyTo(own: Person, other: Person): KeyObject {
  return good(between(own, other).sliceKeyTo(contextOf(own.group)));
}

/** The slice key from `other` to `own`, as `own` computes it. */
export function keyFrom(own: Person, other: Person): KeyObject {
  return good(between(own, other).sliceKeyFrom(contextOf(own.group)));
}

export function readersOf(people: readonly Person[], from: Person, to: readonly Person[]): Reader[] {
  const others = people.filter((person) => person !== from);
  return others.map((person, n) => ({
    leafIndex: person.group.self.leafIndex,
    counter: n + 1,
    key: to.includes(person) ? keyTo(from, person) : null,
  }));
}

/** `from` says it to `to` only. */
export function whisper(
  people: readonly Person[],
  from: Person,
  to: readonly Person[],
  plaintext: Uint8Array,
  id = newId(),
): Sent {
  const sealed = sealWhisper(from.group, plaintext, { id, readers: readersOf(people, from, to) });
  from.group = sealed.group;
  return { id, slices: sealed.slices, body: sealed.body };
}

/** The slice at the place of `reader`, who may be somebody else with that person's keys. */
export function sliceOf(sent: Sent, people: readonly Person[], from: Person, reader: Person): Uint8Array {
  const others = people.filter(({ identity }) => identity !== from.identity);
  const n = others.findIndex(({ identity }) => identity === reader.identity);
  const slice = sent.slices[n];
  if (!slice) throw new Error('no slice');
  return slice.ciphertext;
}

/** What `reader` makes of it, by its own slice unless another is given; its state is as before. */
export function hear(
  people: readonly Person[],
  reader: Person,
  from: Person,
  sent: Sent,
  ciphertext = sliceOf(sent, people, from, reader),
) {
  const { id, body } = sent;
  return openWhisper(reader.group, { id, body, ciphertext, key: keyFrom(reader, from) });
}

/** Its plaintext, or what came instead. */
export function heard(...args: Parameters<typeof hear>): string | null {
  const opened = hear(...args);
  return opened === null || opened === 'replayed' ? opened : string(opened.plaintext);
}

/** As `heard`, and keeps the next state. */
export function take(...args: Parameters<typeof hear>): string | null {
  const opened = hear(...args);
  if (opened === null || opened === 'replayed') return opened;
  const [, reader] = args;
  reader.group = opened.group;
  return string(opened.plaintext);
}
