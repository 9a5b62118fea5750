import { type Identity, identityOf, newIdentityBytes } from '../core/identity/identity.ts';
import { type Pair, pairOf } from '../core/identity/pair.ts';
import { publicBytes } from '../core/keyPair.ts';
import { sameBytes, toText } from '../core/text.ts';
import { People } from '../people/people.ts';
import { partsOf } from '../room/openRoom.ts';
import type { RoomParts } from '../room/roomParts.ts';
import type { StoredRoom } from '../store/roomTable.ts';
import { openStore, type Store } from '../store/store.ts';
import type { Recorder } from './recorder.ts';

type Members = Parameters<RoomParts['pair']>;

export interface Player {
  readonly name: string;
  /** With another's public key, its private half is only a stand-in. */
  readonly identity: Identity;
  readonly isTrue: boolean;
  readonly store: Store;
}

/** Those who are played in a forged room: one truly, with its own private key, the others by one who lacks theirs. */
export class Cast {
  readonly #players: Player[] = [];
  readonly #record: Recorder;
  readonly #now: () => number;
  /** *e* of every leaf, by its public key: all of them are made here. */
  readonly #ephemerals = new Map<string, Uint8Array>();

  constructor(now: () => number, record: Recorder) {
    this.#now = now;
    this.#record = record;
  }

  get players(): readonly Player[] {
    return this.#players;
  }

  addTruly(name: string, identity: Identity): void {
    this.#players.push({ name, identity, isTrue: true, store: memoryStore() });
  }

  addStandIn(name: string, publicKey: Uint8Array): void {
    const bytes = newIdentityBytes();
    const { privateKey } = identityOf(bytes);
    bytes.fill(0);
    this.#players.push({ name, identity: { privateKey, publicKey }, isTrue: false, store: memoryStore() });
  }

  knowEphemeral(bytes: Uint8Array): void {
    this.#ephemerals.set(toText(identityOf(bytes).publicKey), Uint8Array.from(bytes));
  }

  partsOf(player: Player, stored: StoredRoom): RoomParts {
    const { store, identity, name, isTrue } = player;
    const people = new People(store.people);
    const owner = { store, now: this.#now, profileName: () => name, identity, people };
    if (isTrue) return partsOf({ ...owner, record: this.#record }, stored);
    return { ...partsOf(owner, stored), pair: (...leaves) => this.#pair(player, ...leaves) };
  }

  close(): void {
    for (const { store } of this.#players) store.close();
    for (const bytes of this.#ephemerals.values()) bytes.fill(0);
  }

  /**
   * D3, D4: each key of two people can be computed by either. With the true one it is computed on that side; what two others
   * show each other nobody but they could check, so it is of made-up keys.
   */
  #pair(player: Player, ephemeral: Members[0], { identityKey, ephemeralKey }: Members[1]): Pair {
    const other = this.#players.find(({ identity }) => sameBytes(identity.publicKey, identityKey));
    if (!other) throw new Error('nobody of this key is played');
    const own = identityOf(ephemeral);
    if (!other.isTrue) {
      const theirs = { identityKey: standInOf(other).publicKey, ephemeralKey };
      return pairOf({ identity: standInOf(player), ephemeral: own }, theirs);
    }
    const theirs = this.#ephemerals.get(toText(ephemeralKey));
    if (!theirs) throw new Error('a leaf that was not made here');
    const seenByThem = pairOf(
      { identity: other.identity, ephemeral: identityOf(theirs) },
      { identityKey: player.identity.publicKey, ephemeralKey: own.publicKey },
    );
    return {
      tagKeyTo: seenByThem.tagKeyFrom,
      tagKeyFrom: seenByThem.tagKeyTo,
      sliceKeyTo: seenByThem.sliceKeyFrom,
      sliceKeyFrom: seenByThem.sliceKeyTo,
    };
  }
}

/** The pair of its made-up private key. */
function standInOf({ identity: { privateKey } }: Player): Identity {
  return { privateKey, publicKey: publicBytes(privateKey) };
}

function memoryStore(): Store {
  const opened = openStore('memory');
  if (!opened.ok) throw new Error(opened.message);
  return opened.value;
}
