import type { RelayDownEvent, RelayMessage, RelayStatus } from '@otr/protocol';
import { toText } from '../core/text.ts';
import type { Log } from '../log.ts';
import { createRelayLink, type RelayLink } from './relayLink.ts';

/** A room, as its link sees it. */
export interface LinkedRoom {
  connect(challenge: Uint8Array): void;
  disconnect(): void;
  receive<Event extends RelayDownEvent>(event: Event, message: RelayMessage<Event>): void;
}

interface Relay {
  readonly link: RelayLink;
  readonly rooms: Map<string, LinkedRoom>;
  challenge: Uint8Array | null;
  /** Why the last connection failed. */
  reason?: string;
}

/** The links to the relay for new rooms (`home`) and to all others that the profile has rooms at; one for each. */
export class Relays {
  readonly #relays = new Map<string, Relay>();
  readonly #home: string;
  readonly #log: Log;
  readonly #changed: () => void;
  readonly #admission: string | undefined;

  /** `admission`: the token that `home` asks for. No other relay is shown it. */
  constructor(home: string, log: Log, changed: () => void, admission?: string) {
    this.#home = home;
    this.#admission = admission;
    this.#log = log;
    this.#changed = changed;
  }

  link(url: string): RelayLink {
    return this.#relay(url).link;
  }

  roomsAt(url: string): number {
    return this.#relays.get(url)?.rooms.size ?? 0;
  }

  /** `room` is the id as text. */
  add(url: string, room: string, linked: LinkedRoom): void {
    const relay = this.#relay(url);
    relay.rooms.set(room, linked);
    if (relay.challenge) linked.connect(relay.challenge);
  }

  remove(url: string, room: string): void {
    const relay = this.#relays.get(url);
    relay?.rooms.delete(room);
    if (url === this.#home || relay?.rooms.size !== 0) return;
    // Another's relay need not know any longer when we are there.
    this.#relays.delete(url);
    relay.link.close();
  }

  /** Of the relay for new rooms, unless another that has rooms is out of reach. */
  status(): Omit<RelayStatus, 'queued'> {
    const home = this.#home;
    const others = [...this.#relays].filter(([url, { rooms }]) => url !== home && rooms.size > 0);
    const first = [home, this.#relay(home)] as const;
    const [url, relay] = [first, ...others].find(([, relay]) => stateOf(relay).state !== 'online') ?? first;
    return { url, ...stateOf(relay) };
  }

  close(): void {
    for (const { link } of this.#relays.values()) link.close();
    this.#relays.clear();
  }

  #relay(url: string): Relay {
    const known = this.#relays.get(url);
    if (known) return known;
    const rooms = new Map<string, LinkedRoom>();
    const relay: Relay = { link: this.#open(url), rooms, challenge: null };
    this.#relays.set(url, relay);
    relay.link.start();
    return relay;
  }

  #open(url: string): RelayLink {
    const listener = {
      changed: () => this.#linkChanged(url),
      online: (challenge: Uint8Array) => {
        const relay = this.#relays.get(url);
        if (!relay) return;
        relay.challenge = challenge;
        for (const room of relay.rooms.values()) room.connect(challenge);
      },
      message: <Event extends RelayDownEvent>(event: Event, message: RelayMessage<Event>) => {
        const room = 'room' in message ? message.room : null;
        if (room) this.#relays.get(url)?.rooms.get(toText(room))?.receive(event, message);
      },
    };
    return createRelayLink(url, listener, this.#log, url === this.#home ? this.#admission : undefined);
  }

  #linkChanged(url: string): void {
    const relay = this.#relays.get(url);
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
