import { randomBytes } from 'node:crypto';
import {
  name as displayName,
  type LocalEvent,
  type LocalMessage,
  type LocalRequest,
  type LocalResponse,
  limits,
  ok,
  type RelayStatus,
  type Result,
  refuse,
} from '@otr/protocol';
import type { Chat, ChatEvent } from './chat.ts';
import { formatInviteLink, parseInviteLink } from './core/inviteLink.ts';
import { fingerprint, randomId, sameBytes, toText } from './core/text.ts';
import { Relays } from './link/relays.ts';
import type { Log } from './log.ts';
import { type OpenRoom, openRoom, type RoomOwner } from './room/openRoom.ts';
import { announceName } from './room/queue.ts';
import * as requests from './room/requests.ts';
import { queuedIn } from './room/roomView.ts';
import { isStoreError } from './store/database.ts';
import type { NewRoom, StoredRoom } from './store/roomTable.ts';
import type { Store } from './store/store.ts';

export interface ChatOptions {
  /** Of the relay for new rooms: an origin, `http://…` or `https://…`. */
  relayUrl: string;
  /** The token that this relay asks for. */
  admission?: string;
  /** Closed by `Chat.close`. */
  store: Store;
  /** The display name, where the profile has none yet. One that the payload's schema refuses counts as none. */
  name?: string;
  log: Log;
  version: string;
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
  #name: string | null;
  #toldRelay = '';
  #closed = false;

  constructor(options: ChatOptions) {
    this.#options = { ...options, relayUrl: new URL(options.relayUrl).origin };
    this.#store = options.store;
    const tell = () => this.#tellRelay();
    this.#relays = new Relays(this.#options.relayUrl, options.log, tell, options.admission);
    this.#name = this.#store.name() ?? this.#firstName(options.name);
    const now = options.now ?? Date.now;
    this.#owner = { store: this.#store, now, profileName: () => this.#name };
    this.#handlers = this.#makeHandlers();
    for (const stored of this.#store.rooms.all()) this.#open(stored);
    this.#relays.link(this.#options.relayUrl);
  }

  snapshot(): LocalMessage<'snapshot'> {
    const rooms = [...this.#rooms.values()].map(({ session }) => session.summary);
    const profile = { name: this.#name, ephemeral: this.#store.ephemeral };
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
    for (const { session } of this.#rooms.values()) session.close();
    this.#relays.close();
    this.#store.close();
  }

  #makeHandlers(): Handlers {
    return {
      setName: ({ name }) => this.#setName(name),
      createRoom: ({ name }) => this.#createRoom(name),
      joinRoom: ({ link }) => this.#joinRoom(link),
      invite: ({ room }) => this.#in(room, ({ session }) => ok({ link: inviteOf(session.memory.stored) })),
      renameRoom: ({ room, name }) => this.#in(room, ({ session }) => requests.rename(session, name)),
      leaveRoom: ({ room }) => this.#in(room, requests.leave),
      sendMessage: ({ room, id, text }) =>
        this.#in(room, ({ session }) => requests.sendText(session, id, text)),
      getTimeline: ({ room, from, limit }) =>
        this.#in(room, ({ session }) => requests.timeline(session, from, limit)),
      getMembers: ({ room }) => this.#in(room, ({ session }) => ok({ members: session.members })),
      markRead: ({ room, order }) => this.#in(room, ({ session }) => requests.markRead(session, order)),
      setTyping: ({ room }) =>
        this.#in(room, ({ chores }) => {
          chores.tellTyping();
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
    this.#emit({ event: 'profile', data: { name, ephemeral: this.#store.ephemeral } });
    for (const { session } of this.#rooms.values()) {
      session.step('named', (draft) => announceName(session.parts, draft));
      session.tellMembers();
    }
    return ok({});
  }

  #createRoom(name: string): Result<{ room: string }> {
    const now = this.#owner.now();
    const secret = new Uint8Array(randomBytes(32));
    const relayUrl = this.#options.relayUrl;
    return this.#addRoom({
      room: randomId(),
      relayUrl,
      secret,
      createdHere: true,
      name,
      nameAt: now,
      at: now,
    });
  }

  #joinRoom(link: string): Result<{ room: string }> {
    const invite = parseInviteLink(link);
    if (!invite.ok) return invite;
    const { room, relayUrl, secret } = invite.value;
    const known = this.#rooms.get(toText(room));
    if (known) {
      const { stored } = known.session.memory;
      if (stored.leaving) {
        return refuse('roomExists', 'You are leaving this room. Leave it again to forget it, then join.');
      }
      if (sameBytes(stored.secret, secret)) return ok({ room: toText(room) });
      return refuse('badLink', 'You are in this room already, and the secret of this link is another.');
    }
    // Until the relay or a member tells the real one.
    const name = `Room ${fingerprint(room)}`;
    return this.#addRoom({
      room,
      relayUrl,
      secret,
      createdHere: false,
      name,
      nameAt: 0,
      at: this.#owner.now(),
    });
  }

  #addRoom(room: NewRoom): Result<{ room: string }> {
    if (this.#relays.roomsAt(room.relayUrl) >= limits.roomsPerConnection) {
      const most = limits.roomsPerConnection;
      return refuse('tooManyRooms', `You are in ${most} rooms of this relay. Leave one first.`);
    }
    const added = this.#stored(() => this.#store.rooms.add(room));
    if (!added.ok) return added;
    this.#options.afterStep?.('roomStored');
    const { session } = this.#open(added.value);
    this.#emit({ event: 'room', data: session.summary });
    return ok({ room: session.parts.ref });
  }

  #open(stored: StoredRoom): OpenRoom {
    const ref = toText(stored.room);
    const open = openRoom(this.#owner, stored, {
      link: this.#relays.link(stored.relayUrl),
      log: this.#options.log,
      emit: (event) => this.#emit(event),
      afterStep: (name) => this.#options.afterStep?.(name),
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

function inviteOf({ relayUrl, room, secret }: StoredRoom): string {
  return formatInviteLink({ relayUrl, room, secret });
}
