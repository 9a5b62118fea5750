import type { GroupState } from '@otr/mls';
import type { RelayDownEvent, RelayMessage } from '@otr/protocol';
import { accessKeyOf, authenticatorOf } from '../core/group/epochKeys.ts';
import { type RoomView, viewOf } from '../core/group/view.ts';
import type { Identity } from '../core/identity/identity.ts';
import { fingerprint, fromText, toText } from '../core/text.ts';
import type { LinkedRoom } from '../link/relays.ts';
import { shownNames } from '../machine/members.ts';
import { isFree, outboxOf } from '../machine/outbox.ts';
import { awayRoom } from '../machine/room.ts';
import type { People } from '../people/people.ts';
import type { StoredRoom } from '../store/roomTable.ts';
import type { Store } from '../store/store.ts';
import type { Recorder } from '../transcript/recorder.ts';
import { Committer } from './committer.ts';
import { noteWords } from './introduce.ts';
import { Introductions } from './introductions.ts';
import { JoinTalk } from './joinTalk.ts';
import { LiveTalk } from './liveTalk.ts';
import { Pairs } from './pairs.ts';
import { queueContent } from './queue.ts';
import { keptIn, nothingKept, wayBackIn } from './records.ts';
import { RelayTalk } from './relayTalk.ts';
import type { Later, RoomMemory, RoomParts } from './roomParts.ts';
import { RoomSession, type RoomSurroundings } from './roomSession.ts';
import { shownIdentity, verifiedByWords } from './verification.ts';
import { WordsTalk } from './wordsTalk.ts';

export interface OpenRoom {
  readonly session: RoomSession;
  readonly talk: RelayTalk;
  readonly join: JoinTalk;
  readonly live: LiveTalk;
  readonly committer: Committer;
  readonly words: WordsTalk;
  /** For the link of its relay. */
  readonly linked: LinkedRoom;
}

export interface RoomOwner {
  readonly store: Store;
  now(): number;
  profileName(): string | null;
  readonly identity: Identity;
  readonly people: People;
  /** What is known of a person has changed: all rooms are told. */
  peopleChanged(): void;
  preferences(): { readonly tellRead: boolean; readonly tellTyping: boolean };
  readonly record?: Recorder;
}

export type PartsOwner = Pick<RoomOwner, 'store' | 'now' | 'profileName' | 'identity' | 'people' | 'record'>;

/** A room from the store, with what acts for it. */
export function openRoom(owner: RoomOwner, stored: StoredRoom, around: RoomSurroundings): OpenRoom {
  const parts = partsOf(owner, stored);
  const session = new RoomSession(parts, loadMemory(parts, stored), around);
  const talk = new RelayTalk(session);
  const join = new JoinTalk(session, talk);
  const live = new LiveTalk(session, talk, () => owner.preferences());
  const committer = new Committer(session, talk);
  const introductions = new Introductions(session);
  const words = wordsOf(session, () => open);
  const perform = (later: Later) => {
    if (session.closed) return;
    if (later.kind === 'knock') join.knock();
    else if (later.kind === 'commit') committer.send();
    else if (later.kind === 'peopleChanged') owner.peopleChanged();
    else if (later.kind === 'words') words.receive(later.from, later.content);
    else if (later.kind === 'forget') {
      live.sayGone();
      talk.sayGone();
      session.forget();
    } else talk.perform(later);
  };
  const look = () => {
    live.look();
    introductions.look();
    committer.look();
  };
  session.actBy({ perform, look });
  session.onWords(words);
  const acting = { session, talk, join, live, committer, words };
  const open: OpenRoom = { ...acting, linked: linkedRoom(acting) };
  return open;
}

/** D8, in this room. */
function wordsOf(session: RoomSession, open: () => OpenRoom): WordsTalk {
  const { parts, around } = session;
  return new WordsTalk({
    room: parts.room,
    send: (content) => void session.step('words', (draft) => queueContent(parts, draft, content)),
    identityOf: (member) => shownIdentity(open(), member),
    own: {
      member: () => session.summary.me ?? '',
      identityKey: parts.identity.publicKey,
    },
    told: (member, state) => {
      if (state === 'verified') verifiedByWords(open(), member);
      else if (state !== 'asked')
        session.step('wordsEnded', (draft) => noteWords(parts, draft, member, state));
      const { group } = session.memory;
      const name = (group && parts.names(viewOf(group)).get(member)) ?? '';
      around.emit({ event: 'words', data: { room: parts.ref, member, name, state } });
      session.tellMembers();
    },
  });
}

function linkedRoom({ session, talk, join, live, committer }: Omit<OpenRoom, 'linked'>): LinkedRoom {
  return {
    connect: (challenge) => talk.connect(challenge),
    disconnect: () => {
      talk.disconnect();
      committer.disconnected();
      live.disconnected();
    },
    receive<Event extends RelayDownEvent>(event: Event, message: RelayMessage<Event>) {
      if (session.closed) return;
      if (event === 'entries') talk.receiveEntries(message as RelayMessage<'entries'>);
      if (event === 'volatile') live.receive(message as RelayMessage<'volatile'>);
      if (event === 'keyCleanup') join.answerKeys();
      if (event === 'welcome') join.welcomed(message as RelayMessage<'welcome'>);
      if (event === 'knockDismissed') join.dismissed(message as RelayMessage<'knockDismissed'>);
      if (event === 'knock') committer.hear((message as RelayMessage<'knock'>).knock);
      if (event === 'knockEnded') committer.knockEnded((message as RelayMessage<'knockEnded'>).id);
    },
  };
}

/** What a room does not change; `owner` is whose profile it is in. */
export function partsOf(owner: PartsOwner, stored: StoredRoom): RoomParts {
  const { store, now, profileName, identity, people, record } = owner;
  const { room } = stored;
  const pairs = new Pairs(identity);
  const names = remembered((view: RoomView) => shownNames(view.members, (id) => fingerprint(fromText(id))));
  const byEpoch = <Value>(work: (group: GroupState) => Value) => {
    const known = new WeakMap<Uint8Array, Value>();
    return (group: GroupState): Value => {
      const value = known.get(group.encodedContext) ?? work(group);
      known.set(group.encodedContext, value);
      return value;
    };
  };
  return {
    store,
    number: stored.number,
    room,
    ref: toText(room),
    now,
    profileName,
    identity,
    people,
    pair: (ephemeral, member) => pairs.of(ephemeral, member),
    names,
    accessKey: byEpoch(accessKeyOf),
    authenticator: byEpoch(authenticatorOf),
    ...(record && { record }),
  };
}

/** Records that cannot be read are keys that are lost: the history stays, and the room says so. */
export function loadMemory({ store, number }: RoomParts, stored: StoredRoom): RoomMemory {
  const items = store.outbox.of(number);
  const outbox = outboxOf(
    items.map(({ id, epoch, content }) => ({
      id,
      sealedFor: epoch,
      acknowledged: null,
      free: isFree(content),
    })),
  );
  const rest = { sync: awayRoom, outbox, enteredEpoch: null };
  const records = store.records.load(number);
  const kept = keptOrLost(stored, records);
  if (kept) return { stored, ...kept, ...rest };
  const lost = { ...nothingKept, wayBack: wayBackIn(records) };
  return { stored: { ...stored, standing: 'lost', reason: null }, ...lost, ...rest };
}

/** Null where what the room's standing needs is not there, or cannot be read. */
function keptOrLost({ standing }: StoredRoom, records: ReadonlyMap<string, Uint8Array>) {
  try {
    const kept = keptIn(records);
    const isMember = standing === 'member' || standing === 'creating';
    const isWhole = isMember ? kept.group && kept.log : standing !== 'joining' || kept.join;
    return isWhole ? kept : null;
  } catch {
    return null;
  }
}

/** Views are values: what is worked out of them is worked out once. */
function remembered<Key extends object, Value>(work: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, Value>();
  return (key) => {
    const value = known.get(key) ?? work(key);
    known.set(key, value);
    return value;
  };
}
