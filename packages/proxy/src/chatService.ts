import {
  name as displayName,
  type LocalEvent,
  type LocalMessage,
  type LocalRequest,
  type LocalResponse,
  limits,
  ok,
  type Profile,
  type RelayStatus,
  type Result,
  refuse,
} from '@otr/protocol';
import type { Chat, ChatEvent } from './chat.ts';
import { compactSuite, defaultSuite } from './core/group/config.ts';
import { type Identity, identityOf } from './core/identity/identity.ts';
import { parseInviteLink } from './core/inviteLink.ts';
import { fingerprint, randomId, toText } from './core/text.ts';
import { Relays } from './link/relays.ts';
import type { SocksOptions } from './link/socksRoute.ts';
import type { Log } from './log.ts';
import { People } from './people/people.ts';
import { Expiry } from './room/expiry.ts';
import { Housekeeping } from './room/housekeeping.ts';
import { addCreatedRoom, addJoiningRoom, type NewRoomOptions } from './room/newRoom.ts';
import { type OpenRoom, openRoom, type RoomOwner } from './room/openRoom.ts';
import * as requests from './room/requests.ts';
import { queuedIn } from './room/roomView.ts';
import * as verification from './room/verification.ts';
import { isStoreError } from './store/database.ts';
import type { StoredRoom } from './store/roomTable.ts';
import type { Store } from './store/store.ts';
import type { Recorder } from './transcript/recorder.ts';

export interface ChatOptions {
  /** Of the relay for new rooms: an origin, `http://…` or `https://…`. */
  relayUrl: string;
  /** The token that this relay asks for. */
  admission?: string;
  /** Where it is set, every connection to a relay goes through it. */
  socks?: SocksOptions;
  /** Closed by `Chat.close`. */
  store: Store;
  /** The display name, where the profile has none yet. One that the payload's schema refuses counts as none. */
  name?: string;
  log: Log;
  version: string;
  /** Writes down the secrets of each room that is joined or made from now on. */
  record?: Recorder;
  /** Milliseconds since 1970; the clock where it is left out. */
  now?: () => number;
  /** Called after each step that is on disk, with its name: fault tests stop the process here. */
  afterStep?: (name: string) => void;
}

/** Opens the profile's rooms and connects to their relays. */
export function createChat(options: ChatOptions): Chat {
  return new ChatService(options);
}

type Handlers = {
  [Event in ChatEvent]: (
    request: LocalRequest<Event>,
  ) => Result<LocalResponse<Event>> | Promise<Result<LocalResponse<Event>>>;
};

class ChatService implements Chat {
  readonly #options: ChatOptions;
  readonly #store: Store;
  readonly #relays: Relays;
  readonly #rooms = new Map<string, OpenRoom>();
  readonly #listeners = new Set<(event: LocalEvent) => void>();
  readonly #owner: RoomOwner;
  readonly #handlers: Handlers;
  readonly #expiry: Expiry;
  readonly #housekeeping: Housekeeping;
  #name: string | null;
  #toldRelay = '';
  #closed = false;

  constructor(options: ChatOptions) {
    this.#options = { ...options, relayUrl: new URL(options.relayUrl).origin };
    this.#store = options.store;
    const tell = () => this.#tellRelay();
    this.#relays = new Relays(this.#options.relayUrl, options.log, tell, options);
    this.#name = this.#store.name() ?? this.#firstName(options.name);
    const now = options.now ?? Date.now;
    const preferences = () => this.#store.preferences();
    this.#owner = {
      store: this.#store,
      now,
      profileName: () => this.#name,
      identity: identityIn(this.#store),
      people: new People(this.#store.people),
      peopleChanged: () => this.#peopleChanged(),
      preferences,
      ...(options.record && { record: options.record }),
    };
    this.#housekeeping = new Housekeeping(this.#store);
    this.#expiry = new Expiry(this.#store, now, (number, ids) => this.#expired(number, ids));
    this.#handlers = this.#makeHandlers();
    for (const stored of this.#store.rooms.all()) this.#open(stored);
    this.#relays.link(this.#options.relayUrl);
    this.#expiry.look();
    this.#housekeeping.changed();
  }

  snapshot(): LocalMessage<'snapshot'> {
    const rooms = [...this.#rooms.values()].map(({ session }) => session.summary);
    const profile = this.#profile();
    return { version: this.#options.version, profile, relay: this.#relayStatus(), rooms };
  }

  async request<Event extends ChatEvent>(
    event: Event,
    request: LocalRequest<Event>,
  ): Promise<Result<LocalResponse<Event>>> {
    if (this.#closed) return refuse('internal', 'The chat is closed.');
    const handle: Handlers[Event] = this.#handlers[event];
    return handle(request);
  }

  subscribe(listener: (event: LocalEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    this.#expiry.stop();
    this.#housekeeping.stop();
    for (const { session, live } of this.#rooms.values()) {
      live.sayGone();
      session.close();
    }
    this.#relays.close();
    this.#store.close();
  }

  #makeHandlers(): Handlers {
    return {
      setName: ({ name }) => this.#setName(name),
      createRoom: ({ name, large = false, offTheRecord = false }) =>
        this.#createRoom({ name, suiteId: large ? compactSuite : defaultSuite, offTheRecord }),
      joinRoom: ({ link }) => this.#joinRoom(link),
      invite: ({ room }) => this.#in(room, requests.invite),
      createInvite: ({ room, ...policy }) => this.#in(room, (open) => requests.createInvite(open, policy)),
      revokeInvite: ({ room, invite }) => this.#in(room, (open) => requests.revokeInvite(open, invite)),
      admitKnock: ({ room, knock }) => this.#in(room, (open) => requests.admitKnock(open, knock)),
      refuseKnock: ({ room, knock }) => this.#in(room, (open) => requests.refuseKnock(open, knock)),
      removeMember: ({ room, member }) =>
        this.#in(room, (open) => requests.wish(open, 'remove', { kind: 'remove', member })),
      setAdmin: ({ room, member, admin }) =>
        this.#in(room, (open) => requests.wish(open, 'admin', { kind: 'admin', member, admin })),
      setRoles: ({ room, roles }) =>
        this.#in(room, (open) => requests.wish(open, 'admin', { kind: 'roles', roles })),
      setTimer: ({ room, disappearAfter }) =>
        this.#in(room, (open) => requests.wish(open, 'change', { kind: 'timer', disappearAfter })),
      renameRoom: ({ room, name }) =>
        this.#in(room, (open) => requests.wish(open, 'change', { kind: 'name', name })),
      returnToRoom: ({ room }) => this.#in(room, requests.returnToRoom),
      getDetails: ({ room }) => this.#in(room, ({ session }) => ok(session.details)),
      leaveRoom: ({ room, publishKey = false }) => this.#in(room, (open) => requests.leave(open, publishKey)),
      sendMessage: ({ room, id, text, replyTo, whisperTo }) =>
        this.#in(room, ({ session, live }) => {
          live.stopTyping();
          const answered = replyTo !== undefined && { replyTo };
          const content = { kind: 'text', version: 1, text, ...answered } as const;
          return whisperTo
            ? requests.whisper(session, id, content, whisperTo)
            : requests.say(session, id, content);
        }),
      editMessage: ({ room, id, target, text }) =>
        this.#in(room, ({ session }) =>
          requests.changeOwn(session, id, { kind: 'edit', version: 1, target, text }),
        ),
      deleteMessage: ({ room, id, target }) =>
        this.#in(room, ({ session }) =>
          requests.changeOwn(session, id, { kind: 'delete', version: 1, target }),
        ),
      react: ({ room, id, target, emoji, on }) =>
        this.#in(room, ({ session }) =>
          requests.react(session, id, { kind: 'reaction', version: 1, target, emoji, on }),
        ),
      rewriteHistory: ({ room, id, text }) =>
        this.#in(room, ({ session }) => requests.rewriteHistory(session, id, text)),
      getSafetyNumber: ({ room, member }) =>
        this.#in(room, (open) => verification.safetyNumber(open, member)),
      verifyMember: ({ room, member, number }) =>
        this.#in(room, (open) => verification.verify(open, member, number)),
      unverifyMember: ({ room, member }) => this.#in(room, (open) => verification.unverify(open, member)),
      acceptMember: ({ room, member }) => this.#in(room, (open) => verification.accept(open, member)),
      confirmInvited: ({ room, member, yes }) =>
        this.#in(room, (open) => verification.confirmInvited(open, member, yes)),
      startWords: ({ room, member }) => this.#in(room, ({ words }) => words.start(member)),
      enterWords: ({ room, member, words: given }) =>
        this.#in(room, ({ words }) => words.enter(member, given)),
      stopWords: ({ room, member }) => this.#in(room, ({ words }) => words.stop(member)),
      search: (request) => this.#search(request),
      setPreferences: (preferences) => this.#setPreferences(preferences),
      getTimeline: ({ room, from, limit }) =>
        this.#in(room, ({ session }) => requests.timeline(session, from, limit)),
      getMembers: ({ room }) => this.#in(room, ({ session }) => ok({ members: session.members })),
      markRead: ({ room, order }) => this.#in(room, ({ session }) => requests.markRead(session, order)),
      setTyping: ({ room }) =>
        this.#in(room, ({ live }) => {
          live.type();
          return ok({});
        }),
      setDraft: ({ room, text }) => this.#in(room, ({ session }) => requests.setDraft(session, text)),
      getStatus: () => ok(this.snapshot()),
    };
  }

  #in<Answer>(room: string, handle: (open: OpenRoom) => Answer): Answer | ReturnType<typeof refuse> {
    const open = this.#rooms.get(room);
    return open ? handle(open) : refuse('roomNotFound', 'You are in no such room.');
  }

  #firstName(wanted: string | undefined): string | null {
    const parsed = displayName.safeParse(wanted);
    if (!parsed.success) return null;
    this.#store.setName(parsed.data);
    return parsed.data;
  }

  #setName(name: string): Result<Record<string, never>> {
    const stored = this.#stored(() => this.#store.setName(name));
    if (!stored.ok) return stored;
    this.#name = name;
    this.#emit({ event: 'profile', data: this.#profile() });
    // A commit tells the members of each room.
    for (const { committer } of this.#rooms.values()) committer.look();
    return ok({});
  }

  #setPreferences(preferences: LocalRequest<'setPreferences'>): Result<Record<string, never>> {
    const stored = this.#stored(() => this.#store.setPreferences(preferences));
    if (!stored.ok) return stored;
    this.#emit({ event: 'profile', data: this.#profile() });
    for (const { live } of this.#rooms.values()) live.look();
    return ok({});
  }

  /** Who is verified in one room is verified in every room. */
  #peopleChanged(): void {
    for (const { session } of this.#rooms.values()) session.peopleChanged();
  }

  #profile(): Profile {
    return { name: this.#name, ephemeral: this.#store.ephemeral, ...this.#store.preferences() };
  }

  #search({ text, room, limit }: LocalRequest<'search'>): Result<LocalResponse<'search'>> {
    const open = room === undefined ? undefined : this.#rooms.get(room);
    if (room !== undefined && !open) return refuse('roomNotFound', 'You are in no such room.');
    const number = open?.session.parts.number;
    const hits = this.#store.timeline.search({ text, limit, ...(number !== undefined && { room: number }) });
    const refs = new Map([...this.#rooms].map(([ref, { session }]) => [session.parts.number, ref]));
    return ok({
      hits: hits.flatMap(({ room, row }) => {
        const ref = refs.get(room);
        return ref === undefined ? [] : [{ room: ref, row }];
      }),
    });
  }

  /** Rows whose time is over are gone from the store: the clients are told. */
  #expired(number: number, ids: readonly string[]): void {
    const open = [...this.#rooms.values()].find(({ session }) => session.parts.number === number);
    if (!open) return;
    this.#emit({ event: 'rowsGone', data: { room: open.session.parts.ref, ids: [...ids] } });
    open.session.recount();
  }

  #createRoom(made: { name: string; suiteId: number; offTheRecord: boolean }): Result<{ room: string }> {
    return this.#addRoom(randomId(), this.#options.relayUrl, (place) =>
      addCreatedRoom({ ...place, ...made }),
    );
  }

  #joinRoom(link: string): Result<{ room: string }> {
    const invite = parseInviteLink(link);
    if (!invite.ok) return invite;
    const { room, relayUrl } = invite.value;
    const known = this.#rooms.get(toText(room));
    if (known) {
      const { stored } = known.session.memory;
      if (stored.leaving) {
        return refuse('roomExists', 'You are leaving this room. Leave it again to forget it, then join.');
      }
      return requests.joinAgain(known, invite.value);
    }
    // Until a member tells the real one.
    const name = `Room ${fingerprint(room)}`;
    return this.#addRoom(room, relayUrl, (place) => addJoiningRoom({ ...place, name, invite: invite.value }));
  }

  #addRoom(
    room: Uint8Array,
    relayUrl: string,
    add: (place: Omit<NewRoomOptions, 'name'>) => StoredRoom,
  ): Result<{ room: string }> {
    if (this.#relays.roomsAt(relayUrl) >= limits.roomsPerConnection) {
      const most = limits.roomsPerConnection;
      return refuse('tooManyRooms', `You are in ${most} rooms of this relay. Leave one first.`);
    }
    const place = {
      store: this.#store,
      room,
      relayUrl,
      profileName: this.#name ?? '',
      identityKey: this.#owner.identity.publicKey,
      now: this.#owner.now(),
    };
    const added = this.#stored(() => add(place));
    if (!added.ok) return added;
    this.#options.afterStep?.('roomStored');
    const { session } = this.#open(added.value);
    this.#emit({ event: 'room', data: session.summary });
    return ok({ room: session.parts.ref });
  }

  #open(stored: StoredRoom): OpenRoom {
    const ref = toText(stored.room);
    const open = openRoom(this.#owner, stored, {
      link: this.#relays.link(stored.relayUrl, ref),
      log: this.#options.log,
      emit: (event) => this.#emit(event),
      afterStep: (name) => {
        this.#housekeeping.changed();
        this.#options.afterStep?.(name);
      },
      gone: () => {
        this.#rooms.delete(ref);
        this.#relays.remove(stored.relayUrl, ref);
      },
    });
    this.#rooms.set(ref, open);
    this.#relays.add(stored.relayUrl, ref, open.linked);
    return open;
  }

  #stored<Value>(change: () => Value): Result<Value> {
    try {
      return ok(this.#store.step(change));
    } catch (error) {
      if (!isStoreError(error)) throw error;
      return refuse('storageFailed', `This computer could not store the change: ${error.message}.`);
    }
  }

  #emit(event: LocalEvent): void {
    for (const listener of this.#listeners) listener(event);
    if (event.event === 'rows') this.#expiry.look();
    this.#housekeeping.changed();
    if (event.event === 'room' || event.event === 'roomGone') this.#tellRelay();
  }

  #tellRelay(): void {
    const status = this.#relayStatus();
    const text = JSON.stringify(status);
    if (text === this.#toldRelay) return;
    this.#toldRelay = text;
    this.#emit({ event: 'relay', data: status });
  }

  #relayStatus(): RelayStatus {
    const rooms = [...this.#rooms.values()];
    const queued = rooms.reduce((sum, { session }) => sum + queuedIn(session.memory), 0);
    return { ...this.#relays.status(), queued };
  }
}

/** D1. */
function identityIn(store: Store): Identity {
  const bytes = store.identityKey();
  const identity = identityOf(bytes);
  bytes.fill(0);
  return identity;
}
