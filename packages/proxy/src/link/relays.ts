import type { RelayDownEvent, RelayMessage, RelayStatus } from '@otr/protocol';
import { toText } from '../core/text.ts';
import type { Log } from '../log.ts';
import { createRelayLink, type RelayLink } from './relayLink.ts';
import { drawLogin, type SocksOptions } from './socksRoute.ts';

/** A room, as its link sees it. */
export interface LinkedRoom {
  connect(challenge: Uint8Array): void;
  disconnect(): void;
  receive<Event extends RelayDownEvent>(event: Event, message: RelayMessage<Event>): void;
}

/** How relays are reached. */
export interface RelaysAccess {
  /** The token that the relay for new rooms asks for. No other relay is shown it. */
  readonly admission?: string | undefined;
  /** Where it is set, all connections go through it. */
  readonly socks?: SocksOptions | undefined;
}

interface Relay {
  readonly url: string;
  readonly link: RelayLink;
  readonly rooms: Map<string, LinkedRoom>;
  challenge: Uint8Array | null;
  /** Why the last connection failed. */
  reason?: string;
}

/**
 * The links to the relay for new rooms (`home`) and to all others that the profile has rooms at: one for each, or one for
 * each room where rooms are to be kept apart.
 */
export class Relays {
  /** By the relay's url, or by url and room. */
  readonly #relays = new Map<string, Relay>();
  readonly #home: string;
  readonly #log: Log;
  readonly #changed: () => void;
  readonly #access: RelaysAccess;

  constructor(home: string, log: Log, changed: () => void, access: RelaysAccess = {}) {
    this.#home = home;
    this.#access = access;
    this.#log = log;
    this.#changed = changed;
  }

  /** `room`, the id as text, is whose link it will be; without it, nobody's. */
  link(url: string, room?: string): RelayLink {
    return this.#relay(url, room).link;
  }

  roomsAt(url: string): number {
    const relays = [...this.#relays.values()].filter((relay) => relay.url === url);
    return relays.reduce((sum, { rooms }) => sum + rooms.size, 0);
  }

  add(url: string, room: string, linked: LinkedRoom): void {
    const relay = this.#relay(url, room);
    relay.rooms.set(room, linked);
    if (relay.challenge) linked.connect(relay.challenge);
  }

  remove(url: string, room: string): void {
    const key = this.#keyOf(url, room);
    const relay = this.#relays.get(key);
    relay?.rooms.delete(room);
    if (key === this.#home || relay?.rooms.size !== 0) return;
    // Another's relay need not know any longer when we are there.
    this.#relays.delete(key);
    relay.link.close();
  }

  /** Of the relay for new rooms, unless another that has rooms is out of reach. */
  status(): Omit<RelayStatus, 'queued'> {
    const home = this.#home;
    const first = this.#relay(home);
    const others = [...this.#relays.values()].filter((relay) => relay !== first && relay.rooms.size > 0);
    const relay = [first, ...others].find((relay) => stateOf(relay).state !== 'online') ?? first;
    return { url: relay.url, ...stateOf(relay) };
  }

  close(): void {
    for (const { link } of this.#relays.values()) link.close();
    this.#relays.clear();
  }

  #keyOf(url: string, room: string | undefined): string {
    return room !== undefined && this.#access.socks?.perRoom ? `${url} ${room}` : url;
  }

  #relay(url: string, room?: string): Relay {
    const key = this.#keyOf(url, room);
    const known = this.#relays.get(key);
    if (known) return known;
    const rooms = new Map<string, LinkedRoom>();
    const relay: Relay = { url, link: this.#open(url, key), rooms, challenge: null };
    this.#relays.set(key, relay);
    relay.link.start();
    return relay;
  }

  #open(url: string, key: string): RelayLink {
    const listener = {
      changed: () => this.#linkChanged(key),
      online: (challenge: Uint8Array) => {
        const relay = this.#relays.get(key);
        if (!relay) return;
        relay.challenge = challenge;
        for (const room of relay.rooms.values()) room.connect(challenge);
      },
      message: <Event extends RelayDownEvent>(event: Event, message: RelayMessage<Event>) => {
        const room = 'room' in message ? message.room : null;
        if (room) this.#relays.get(key)?.rooms.get(toText(room))?.receive(event, message);
      },
    };
    const { admission, socks } = this.#access;
    return createRelayLink(url, listener, this.#log, {
      ...(url === this.#home && admission !== undefined && { admission }),
      ...(socks && { socks: { server: socks, ...(socks.perRoom && { login: drawLogin() }) } }),
    });
  }

  #linkChanged(key: string): void {
    const relay = this.#relays.get(key);
    if (!relay) return;
    const { state } = relay.link;
    if (state.phase !== 'online' && relay.challenge) {
      relay.challenge = null;
      for (const room of relay.rooms.values()) room.disconnect();
    }
    if (state.phase === 'offline') {
      relay.reason = state.reason;
      this.#log('relayOffline', { failures: state.failures });
    }
    this.#changed();
  }
}

function stateOf({ link, reason }: Relay): Pick<RelayStatus, 'state' | 'reason'> {
  const { state } = link;
  if (state.phase === 'online') return { state: 'online' };
  if (state.phase === 'offline') return { state: 'offline', reason: state.reason };
  const triedBefore = state.phase === 'connecting' && state.failures > 0;
  if (!triedBefore) return { state: 'connecting' };
  return {
    state: 'offline',
    reason: reason ?? `The relay at ${link.url} cannot be reached. It is tried again by itself.`,
  };
}
