import type { RelayDownEvent, RelayMessage } from '@otr/protocol';
import { createPairwiseCipher } from '../core/pairwiseCipher.ts';
import { deriveRoomKeys } from '../core/roomKeys.ts';
import { rosterHash } from '../core/roster.ts';
import { fingerprint, toText } from '../core/text.ts';
import type { LinkedRoom } from '../link/relays.ts';
import { type Members, type ShownNames, shownNames } from '../machine/members.ts';
import { outboxOf } from '../machine/outbox.ts';
import { awayRoom } from '../machine/room.ts';
import type { StoredRoom } from '../store/roomTable.ts';
import type { Store } from '../store/store.ts';
import { Chores } from './chores.ts';
import { RelayTalk } from './relayTalk.ts';
import type { RoomMemory, RoomParts } from './roomParts.ts';
import { RoomSession, type RoomSurroundings } from './roomSession.ts';

export interface OpenRoom {
  readonly session: RoomSession;
  readonly talk: RelayTalk;
  readonly chores: Chores;
  /** For the link of its relay. */
  readonly linked: LinkedRoom;
}

export interface RoomOwner {
  readonly store: Store;
  now(): number;
  profileName(): string | null;
}

/** A room from the store, with what acts for it. */
export function openRoom(owner: RoomOwner, stored: StoredRoom, around: RoomSurroundings): OpenRoom {
  const parts = partsOf(owner, stored);
  const session = new RoomSession(parts, loadMemory(parts, stored), around);
  const talk = new RelayTalk(session);
  const chores = new Chores(session, talk);
  session.actBy({ perform: (later) => talk.perform(later), look: () => chores.look() });
  return { session, talk, chores, linked: linkedRoom(session, talk, chores) };
}

function linkedRoom(session: RoomSession, talk: RelayTalk, chores: Chores): LinkedRoom {
  return {
    connect: (challenge) => talk.connect(challenge),
    disconnect: () => talk.disconnect(),
    receive<Event extends RelayDownEvent>(event: Event, message: RelayMessage<Event>) {
      if (event === 'entries') talk.receiveEntries(message as RelayMessage<'entries'>);
      else if (event === 'keyCleanup') chores.answerKeys();
      else receiveSign(session, event, message);
    },
  };
}

function receiveSign<Event extends RelayDownEvent>(
  session: RoomSession,
  event: Event,
  message: RelayMessage<Event>,
): void {
  const { signs, memory, parts } = session;
  const members: Members = memory.log?.members ?? new Map();
  if (event === 'mark' && signs.mark(message as RelayMessage<'mark'>, members)) session.tellMembers();
  if (event === 'presence' && signs.presence(message as RelayMessage<'presence'>)) {
    session.tellMembers();
  }
  if (event !== 'volatile') return;
  const key = signs.typing(message as RelayMessage<'volatile'>, members);
  if (key === null || key === memory.log?.me) return;
  const name = parts.names(members).get(key) ?? '';
  session.around.emit({ event: 'typing', data: { room: parts.ref, key, name } });
}

function partsOf({ store, now, profileName }: RoomOwner, stored: StoredRoom): RoomParts {
  const { room } = stored;
  const hash = remembered((members: Members) =>
    rosterHash(
      room,
      [...members.values()].map(({ publicKey }) => publicKey),
    ),
  );
  const names = remembered((members: Members): ShownNames => shownNames(members, fingerprint));
  return {
    store,
    number: stored.number,
    room,
    ref: toText(room),
    keys: deriveRoomKeys(room, stored.secret),
    now,
    profileName,
    rosterHash: hash,
    names,
  };
}

function loadMemory({ store, number, room }: RoomParts, stored: StoredRoom): RoomMemory {
  const ownKeys = store.ownKeys.of(number);
  const pairs = ownKeys.map(({ pair }) => pair);
  const current = pairs.at(-1);
  const items = store.outbox.of(number);
  return {
    stored,
    log: store.log.load(number, current ? toText(current.publicKey) : null),
    sync: awayRoom,
    outbox: outboxOf(items.map(({ id, epoch }) => ({ id, sealedFor: epoch, acknowledged: null }))),
    ownKeys,
    cipher: createPairwiseCipher(room, pairs),
  };
}

/** Members are values: what is worked out of them is worked out once. */
function remembered<Value>(work: (members: Members) => Value): (members: Members) => Value {
  const known = new WeakMap<Members, Value>();
  return (members) => {
    const found = known.get(members);
    if (found !== undefined) return found;
    const value = work(members);
    known.set(members, value);
    return value;
  };
}
