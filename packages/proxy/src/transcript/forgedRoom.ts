import { randomInt } from 'node:crypto';
import type { CommitEntry, Entry } from '@otr/protocol';
import { type CommitPlan, planCommit } from '../core/group/commit.ts';
import { makeMember } from '../core/group/create.ts';
import { accessKeyOf } from '../core/group/epochKeys.ts';
import { joinRoom } from '../core/group/join.ts';
import { newLeaf } from '../core/group/leaf.ts';
import { viewOf } from '../core/group/view.ts';
import type { Identity } from '../core/identity/identity.ts';
import { fromText, randomId, sameBytes } from '../core/text.ts';
import { sliceAddress } from '../core/whisper.ts';
import { outboxOf } from '../machine/outbox.ts';
import { awayRoom } from '../machine/room.ts';
import { newLog } from '../machine/roomLog.ts';
import { nobodyKnown, withLeaf } from '../machine/whoIsWho.ts';
import { takeEntries } from '../room/inbox.ts';
import { introduceFirst } from '../room/introduce.ts';
import { addCreatedRoom } from '../room/newRoom.ts';
import { loadMemory } from '../room/openRoom.ts';
import { queueContent } from '../room/queue.ts';
import { nothingKept } from '../room/records.ts';
import type { PendingCommit, RoomMemory } from '../room/roomParts.ts';
import type { RoomSession } from '../room/roomSession.ts';
import { feedOutbox } from '../room/turn.ts';
import { Cast, type Player } from './cast.ts';
import { nowhere, quietSession } from './quietSession.ts';
import { recorderOn } from './recorder.ts';
import type { TranscriptLine } from './transcript.ts';

export interface ForgedRoomOptions {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly suiteId: number;
  /** What the proxy of the true one would have recorded. */
  write(line: TranscriptLine): void;
}

/** A player in the room: a proxy of its own, in memory. */
interface Present {
  readonly player: Player;
  readonly session: RoomSession;
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
  readonly #cast: Cast;
  readonly #present: Present[] = [];
  #clock: number;
  #seq = 0;
  #toAppend: { from: Present; id: string }[] = [];

  constructor(options: ForgedRoomOptions) {
    this.#options = options;
    this.#clock = options.startedAt;
    let isBegun = false;
    const record = recorderOn({
      has: () => isBegun,
      begin: (_, line) => {
        isBegun = true;
        options.write(line);
      },
      add: (_, line) => options.write(line),
    });
    this.#cast = new Cast(() => this.#clock, record);
  }

  addStandIn(name: string, identityKey: Uint8Array): void {
    this.#cast.addStandIn(name, identityKey);
  }

  /** The one who will show the transcript. */
  addTruly(name: string, identity: Identity): void {
    this.#cast.addTruly(name, identity);
  }

  /** One of them makes the room and lets the others in, so many milliseconds from one to the next. `entered`: somebody is in. */
  gather(pause: number, entered: (room: ForgedRoom) => void = () => {}): void {
    const [first, ...others] = shuffled(this.#cast.players);
    if (!first) throw new Error('nobody to gather');
    this.#create(first);
    for (const player of others) {
      this.wait(pause);
      this.#admit(player);
      entered(this);
      this.#introduceAll();
      this.wait(randomInt(200, 2_000));
      this.#renew(player);
      this.#introduceAll();
    }
  }

  wait(milliseconds: number): void {
    this.#clock += milliseconds;
  }

  /** `to`: names, for a whisper. */
  say(name: string, text: string, to: readonly string[] | null): void {
    const speaker = this.#named(name);
    const { session } = speaker;
    const whisperTo = to && to.map((one) => pseudonymOf(this.#named(one).session));
    session.step('queued', (draft) => {
      introduceFirst(session.parts, draft);
      queueContent(session.parts, draft, { kind: 'text', version: 1, text }, { whisperTo });
    });
    this.#appendAll();
  }

  isHere(name: string): boolean {
    return this.#present.some(({ player }) => player.name === name);
  }

  /** The proxy that plays this one. */
  sessionOf(name: string): RoomSession {
    return this.#named(name).session;
  }

  close(): void {
    for (const { session } of this.#present) session.close();
    this.#cast.close();
  }

  #create(player: Player): void {
    const { store, identity, name } = player;
    const stored = store.step(() =>
      addCreatedRoom({
        ...{ store, room: this.#room, relayUrl: nowhere, name: this.#options.name, profileName: name },
        ...{ identityKey: identity.publicKey, now: this.#clock, suiteId: this.#options.suiteId },
      }),
    );
    const parts = this.#cast.partsOf(player, stored);
    const loaded = loadMemory(parts, stored);
    if (loaded.who.ephemeral) this.#cast.knowEphemeral(loaded.who.ephemeral);
    const member = store.step(() => store.rooms.change(stored, { standing: 'member' }));
    this.#enter(player, { ...loaded, stored: member }, parts);
  }

  /** As who knocks is let in: by a commit that only adds it. */
  #admit(player: Player): void {
    const [host] = this.#present;
    if (!host) throw new Error('nobody to let anyone in');
    const { store, identity, name } = player;
    const { profile, ephemeral } = newLeaf({ identityKey: identity.publicKey, name, formerly: null });
    this.#cast.knowEphemeral(ephemeral);
    const keys = [makeMember(this.#options.suiteId, profile, this.#clock)];
    const add = keys.map(({ keyPackage }) => keyPackage);
    const { seq, welcome } = this.#commit(host, { ...nothingToDo, add }, null);
    const joined = welcome && joinRoom(this.#room, keys, welcome);
    if (!joined) throw new Error('a forged welcome that does not open');
    for (const secret of joined.erase) secret.fill(0);
    const stored = store.step(() =>
      store.rooms.add({
        ...{ room: this.#room, relayUrl: nowhere, name: this.#options.name },
        ...{ standing: 'member', at: this.#clock },
      }),
    );
    const heard = { counter: null, at: this.#clock };
    const members = [...viewOf(joined.group).members.keys()];
    const memory: RoomMemory = {
      ...nothingKept,
      stored,
      group: joined.group,
      log: { ...newLog(seq, null), heard: new Map(members.map((id) => [id, heard])) },
      who: withLeaf(nobodyKnown, ephemeral),
      sync: awayRoom,
      outbox: outboxOf([]),
      enteredEpoch: null,
    };
    this.#enter(player, memory, this.#cast.partsOf(player, stored));
  }

  #enter(player: Player, memory: RoomMemory, parts: RoomSession['parts']): void {
    const session = quietSession(parts, memory);
    const present = { player, session };
    session.actBy({
      perform: (later) => {
        if (later.kind === 'append') this.#toAppend.push({ from: present, id: later.id });
      },
      look: () => {},
    });
    this.#present.push(present);
    goOn(session);
  }

  /** Fresh keys of one's own, as a proxy makes them soon after it has come in. */
  #renew(player: Player): void {
    const present = this.#named(player.name);
    const { identity, name } = player;
    const leaf = newLeaf({ identityKey: identity.publicKey, name, formerly: null });
    this.#cast.knowEphemeral(leaf.ephemeral);
    this.#commit(present, { ...nothingToDo, renew: true }, leaf);
  }

  #commit(by: Present, plan: CommitPlan, leaf: ReturnType<typeof newLeaf> | null) {
    const { group } = by.session.memory;
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
    by.session.step('commitStored', (draft) => {
      draft.group = made.group;
      draft.commit = commit;
      draft.erase.push(...made.erase);
    });
    const { id, epoch, accessKey, body } = commit;
    const seq = this.#append((place): CommitEntry => ({ kind: 'commit', seq: place, id, epoch: epoch + 1, accessKey, body }));
    return { seq, welcome: made.welcome };
  }

  /** Each shows itself to whom it owes that. */
  #introduceAll(): void {
    for (const { session } of shuffled(this.#present)) {
      session.step('introducing', (draft) => introduceFirst(session.parts, draft));
      this.wait(randomInt(20, 120));
      this.#appendAll();
    }
  }

  /** What waits to be sent, until nothing does. What was sealed for a former epoch has been sealed anew. */
  #appendAll(): void {
    for (let next = this.#toAppend.shift(); next; next = this.#toAppend.shift()) {
      const { from, id } = next;
      const { store, number } = from.session.parts;
      const body = store.outbox.body(number, id);
      const epoch = store.outbox.get(number, id)?.epoch ?? null;
      if (!body || epoch === null) continue;
      const slices = store.outbox.slices(number, id);
      this.#append((seq, { session }) => {
        const own = slices.filter(({ to }) => sameBytes(to, addressOf(session)));
        return { kind: 'message', seq, id: fromText(id), epoch, slices: own, body };
      });
    }
  }

  /** The relay: the next place in the log, and to each what is for it. */
  #append(entryFor: (seq: number, reader: Present) => Entry): number {
    this.#seq += 1;
    const seq = this.#seq;
    // Addresses are those of the epoch that it was sent in: nobody has taken it yet.
    const entries = this.#present.map((reader) => ({ reader, entry: entryFor(seq, reader) }));
    for (const { reader, entry } of entries) {
      const { session } = reader;
      session.step('received', (draft) => void takeEntries(session.parts, draft, [entry]));
      goOn(session);
    }
    return seq;
  }

  #named(name: string): Present {
    const found = this.#present.find(({ player }) => player.name === name);
    if (!found) throw new Error('nobody of this name');
    return found;
  }
}

/** The relay has it in step: what waits may go. */
function goOn(session: RoomSession): void {
  session.step('inStep', (draft) => {
    if (draft.group) feedOutbox(session.parts, draft, { kind: 'inStep', epoch: viewOf(draft.group).epoch });
  });
}

function pseudonymOf({ memory }: RoomSession): string {
  if (!memory.group) throw new Error('no member');
  return viewOf(memory.group).me;
}

function addressOf({ memory: { group } }: RoomSession): Uint8Array {
  const me = group && viewOf(group).members.get(viewOf(group).me);
  if (!group || !me) throw new Error('no member');
  return sliceAddress(group, me.leafIndex);
}

function shuffled<Value>(values: readonly Value[]): Value[] {
  const left = [...values];
  return values.flatMap(() => left.splice(randomInt(left.length), 1));
}
