import { randomInt } from 'node:crypto';
import type { CommitEntry } from '@otr/protocol';
import { type CommitPlan, planCommit } from '../core/group/commit.ts';
import { makeMember } from '../core/group/create.ts';
import { accessKeyOf } from '../core/group/epochKeys.ts';
import { joinRoom } from '../core/group/join.ts';
import { newLeaf } from '../core/group/leaf.ts';
import { viewOf } from '../core/group/view.ts';
import { randomId } from '../core/text.ts';
import { introduceFirst } from '../room/introduce.ts';
import { addCreatedRoom } from '../room/newRoom.ts';
import { loadMemory } from '../room/openRoom.ts';
import { queueContent } from '../room/queue.ts';
import type { PendingCommit } from '../room/roomParts.ts';
import type { RoomSession } from '../room/roomSession.ts';
import { inAnyOrder } from './anyOrder.ts';
import type { Cast, Player } from './cast.ts';
import { ForgedRelay } from './forgedRelay.ts';
import { memoryOfNewcomer } from './newcomer.ts';
import { nowhere } from './quietSession.ts';

export interface ForgedRoomOptions {
  readonly name: string;
  readonly suiteId: number;
  readonly cast: Cast;
  readonly clock: Clock;
}

/** The time in the room. */
export interface Clock {
  /** Milliseconds since 1970. */
  now: number;
}

const nothingToDo: CommitPlan = { add: [], remove: [], settings: null, rename: null, renew: false };
const nobody: ReadonlySet<string> = new Set();

/**
 * A room of one's own, in which one plays everybody: the rooms of real proxies, with a relay that is a list. All that a
 * member does goes through the code that does it in earnest, so it looks the same.
 */
export class ForgedRoom {
  readonly #options: ForgedRoomOptions;
  readonly #room = randomId();
  readonly #relay = new ForgedRelay();

  constructor(options: ForgedRoomOptions) {
    this.#options = options;
  }

  /** By the first who comes; the others are let in by that one. */
  create(player: Player): void {
    const { cast, clock, suiteId, name: room } = this.#options;
    const { store, identity, name } = player;
    const stored = store.step(() =>
      addCreatedRoom({
        ...{ store, room: this.#room, relayUrl: nowhere, name: room, profileName: name },
        ...{ identityKey: identity.publicKey, now: clock.now, suiteId },
      }),
    );
    const parts = cast.partsOf(player, stored);
    const loaded = loadMemory(parts, stored);
    if (loaded.who.ephemeral) cast.knowEphemeral(loaded.who.ephemeral);
    const member = store.step(() => store.rooms.change(stored, { standing: 'member' }));
    this.#relay.enter(name, parts, { ...loaded, stored: member });
  }

  /** As who knocks is let in: by a commit that only adds it. */
  admit(player: Player): void {
    const [host] = this.#relay.present.values();
    if (!host) throw new Error('nobody to let anyone in');
    const { cast, clock, suiteId } = this.#options;
    const { profile, ephemeral } = newLeaf({
      identityKey: player.identity.publicKey,
      name: player.name,
      formerly: null,
    });
    cast.knowEphemeral(ephemeral);
    const keys = [makeMember(suiteId, profile, clock.now)];
    const add = keys.map(({ keyPackage }) => keyPackage);
    const { seq, welcome } = this.#commit(host, { ...nothingToDo, add }, null);
    const joined = welcome && joinRoom(this.#room, keys, welcome);
    if (!joined) throw new Error('a forged welcome that does not open');
    for (const secret of joined.erase) secret.fill(0);
    const { store } = player;
    const place = { room: this.#room, relayUrl: nowhere, name: this.#options.name, at: clock.now };
    const stored = store.step(() => store.rooms.add({ ...place, standing: 'member' }));
    const memory = memoryOfNewcomer({ stored, group: joined.group, cursor: seq, digest: null, ephemeral });
    this.#relay.enter(player.name, cast.partsOf(player, stored), memory);
  }

  /** Fresh keys of one's own, as a proxy makes them soon after it has come in. */
  renew({ name, identity }: Player): void {
    const leaf = newLeaf({ identityKey: identity.publicKey, name, formerly: null });
    this.#options.cast.knowEphemeral(leaf.ephemeral);
    this.#commit(this.#relay.named(name), { ...nothingToDo, renew: true }, leaf);
  }

  /** Each shows itself to whom it owes that. */
  introduceAll(): void {
    for (const session of inAnyOrder(this.#relay.present.values())) {
      session.step('introducing', (draft) => introduceFirst(session.parts, draft));
      this.wait(randomInt(20, 120));
      this.#relay.appendWaiting();
    }
  }

  wait(milliseconds: number): void {
    this.#options.clock.now += milliseconds;
  }

  /** `to`: names, for a whisper. */
  say(name: string, text: string, to: readonly string[] | null): void {
    const session = this.#relay.named(name);
    const whisperTo = to === null ? null : to.map((one) => pseudonymOf(this.#relay.named(one)));
    session.step('queued', (draft) => {
      introduceFirst(session.parts, draft);
      queueContent(session.parts, draft, { kind: 'text', version: 1, text }, { whisperTo });
    });
    this.#relay.appendWaiting();
  }

  /** The proxy that plays this one: whoever spoils something of it sees what the checks are worth. */
  sessionOf(name: string): RoomSession {
    return this.#relay.named(name);
  }

  close(): void {
    this.#relay.close();
  }

  #commit(by: RoomSession, plan: CommitPlan, leaf: ReturnType<typeof newLeaf> | null) {
    const { group } = by.memory;
    if (!group) throw new Error('no member');
    const made = planCommit(group, plan, nobody, leaf?.profile ?? null);
    const { pending } = made.group;
    if (!pending) throw new Error('a commit that is not pending');
    const commit: PendingCommit = {
      id: randomId(),
      epoch: viewOf(group).epoch,
      accessKey: accessKeyOf(pending).publicKey,
      body: made.body,
      welcomes: [],
      wishes: [],
      ephemeral: leaf?.ephemeral ?? null,
    };
    by.step('commitStored', (draft) => {
      draft.group = made.group;
      draft.commit = commit;
      draft.erase.push(...made.erase);
    });
    const { id, epoch, accessKey, body } = commit;
    const seq = this.#relay.append(
      (place): CommitEntry => ({ kind: 'commit', seq: place, id, epoch: epoch + 1, accessKey, body }),
    );
    return { seq, welcome: made.welcome };
  }
}

function pseudonymOf({ memory }: RoomSession): string {
  if (!memory.group) throw new Error('no member');
  return viewOf(memory.group).me;
}
