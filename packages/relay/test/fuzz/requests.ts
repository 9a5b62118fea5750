import { type RelayRequest, type RelayUpEvent, relayUp } from '@otr/protocol';
import type { TestInvite, TestRoom } from '../testRoom.ts';
import type { Random } from './random.ts';

/** Whom a hostile connection sends its requests as, and what it knows. */
export interface Knowledge {
  /** Its own room. */
  readonly own: TestRoom;
  readonly invite: TestInvite;
  /** What it can know of a room that it is not in: the id, and public keys. */
  readonly others: { readonly room: Uint8Array; readonly keys: readonly Uint8Array[] };
  readonly challenge: Uint8Array;
  /** Public keys and ids of earlier requests. */
  readonly keys: Uint8Array[];
  readonly ids: Uint8Array[];
}

export const events = Object.keys(relayUp) as RelayUpEvent[];

type Requests = { [Event in RelayUpEvent]: (random: Random, knows: Knowledge) => RelayRequest<Event> };

const mostKept = 50;

/** A request of this event that fits its schema; most concern the connection's own room, some another. */
export function validRequest(event: RelayUpEvent, random: Random, knows: Knowledge): unknown {
  return requests[event](random, knows);
}

const requests: Requests = {
  createRoom: (random, knows) => ({ ...proven(random, knows), room: room(random, knows) }),
  enterRoom: (random, knows) => ({
    ...proven(random, knows),
    room: room(random, knows),
    keys: keys(random, knows),
  }),
  exitRoom: (random, knows) => ({ room: random.once(3) ? room(random, knows) : knows.others.room }),
  allKeys: (random, knows) => ({ room: room(random, knows), keys: keys(random, knows) }),
  append: (random, knows) => ({
    ...written(random, knows),
    slices: Array.from({ length: random.below(4) }, () => ({
      to: key(random, knows),
      ciphertext: random.bytes(1 + random.below(60)),
    })),
    body: random.bytes(1 + random.below(200)),
  }),
  commit: (random, knows) => ({
    ...written(random, knows),
    // The access key stays, so that the room can be entered again.
    accessKey: random.once(4) ? random.bytes(32) : knows.own.accessKey,
    body: random.bytes(1 + random.below(200)),
    welcomes: Array.from({ length: random.below(3) }, () => ({
      knock: id(random, knows),
      sealed: random.bytes(40),
    })),
  }),
  fetch: (random, knows) => ({
    room: room(random, knows),
    after: number(random, 50),
    limit: 1 + random.below(500),
  }),
  volatile: (random, knows) => ({ room: room(random, knows), sealed: random.bytes(1 + random.below(100)) }),
  setRetention: (random, knows) => ({ room: room(random, knows), milliseconds: number(random, 2 ** 40) }),
  putInvite: (random, knows) => ({ room: room(random, knows), invite: invite(random, knows) }),
  removeInvite: (random, knows) => ({ room: room(random, knows), invite: invite(random, knows) }),
  knock: (random, knows) => {
    const where = room(random, knows);
    return {
      ...place(random, knows),
      room: where,
      invite: knows.invite.invite,
      signature: random.once(2) ? knows.invite.signFor(knows.challenge, where) : random.bytes(64),
      keyPackageRef: random.bytes(32),
      sealed: random.bytes(1 + random.below(300)),
    };
  },
  withdrawKnock: (random, knows) => place(random, knows),
  dismissKnock: (random, knows) => place(random, knows),
};

function room(random: Random, { own, others }: Knowledge): Uint8Array {
  return random.once(4) ? others.room : random.once(20) ? random.bytes(16) : own.room;
}

function proven(random: Random, { own, others, challenge }: Knowledge) {
  const accessKey = random.once(6) ? random.pick(others.keys) : own.accessKey;
  return { accessKey, signature: random.once(3) ? random.bytes(64) : own.signFor(challenge) };
}

function place(random: Random, knows: Knowledge) {
  return { room: room(random, knows), id: id(random, knows) };
}

function written(random: Random, knows: Knowledge) {
  return { ...place(random, knows), epoch: number(random, 6), seen: number(random, 50) };
}

/** Mostly small, sometimes at the end of what it may be. */
function number(random: Random, below: number): number {
  return random.once(10) ? 2 ** 40 - 1 - random.below(2) : random.below(below);
}

function invite(random: Random, knows: Knowledge): Uint8Array {
  return random.once(3) ? key(random, knows) : knows.invite.invite;
}

function keys(random: Random, knows: Knowledge): Uint8Array[] {
  return Array.from({ length: random.below(5) }, () => key(random, knows));
}

function key(random: Random, { keys: known, others }: Knowledge): Uint8Array {
  return random.once(8) ? random.pick(others.keys) : knownOrNew(random, known, 32);
}

function id(random: Random, { ids }: Knowledge): Uint8Array {
  return knownOrNew(random, ids, 16);
}

function knownOrNew(random: Random, known: Uint8Array[], length: number): Uint8Array {
  if (known.length > 0 && !random.once(3)) return random.pick(known);
  const made = random.bytes(length);
  if (known.length < mostKept) known.push(made);
  else known[random.below(mostKept)] = made;
  return made;
}
