import { type GroupState, restoreGroup, type Suite } from '@otr/mls';
import type { Entry, Row } from '@otr/protocol';
import { dropOwnCommit } from '../core/group/commit.ts';
import { configOf } from '../core/group/config.ts';
import { viewOf } from '../core/group/view.ts';
import { ephemeralPublic, identityOf } from '../core/identity/identity.ts';
import { sameBytes } from '../core/text.ts';
import { outboxOf } from '../machine/outbox.ts';
import { awayRoom, splitBatch } from '../machine/room.ts';
import { newLog } from '../machine/roomLog.ts';
import { nobodyKnown, withLeaf } from '../machine/whoIsWho.ts';
import { People } from '../people/people.ts';
import { takeEntries } from '../room/inbox.ts';
import { partsOf } from '../room/openRoom.ts';
import { nothingKept } from '../room/records.ts';
import type { Draft, RoomMemory } from '../room/roomParts.ts';
import type { RoomSession } from '../room/roomSession.ts';
import { openStore, type Store } from '../store/store.ts';
import { expectOwn } from './ownEntry.ts';
import { nowhere, quietSession } from './quietSession.ts';
import { entryOf, type TranscriptStart, type TranscriptStep } from './transcript.ts';

/** For the negative controls of tests: the primitives that the replay uses instead of the real ones. */
export type UnsafeSuite = (suite: Suite) => Suite;

/** Every row that was written, by its id. */
type Rows = Map<string, Row>;

/**
 * A transcript's proxy once more: its state as it was on coming in, and the log taken by the same code. Whoever opened it
 * closes it.
 */
export class Replay {
  readonly rows: Rows = new Map();
  readonly #store: Store;
  readonly #session: RoomSession;
  readonly #suite: UnsafeSuite;
  /** The latest group that it was a member of. */
  #group: GroupState;

  /** Throws where the state is none of a room. */
  constructor(start: TranscriptStart, suite: UnsafeSuite = (same) => same) {
    const opened = openStore('memory');
    if (!opened.ok) throw new Error(opened.message);
    this.#store = opened.value;
    this.#suite = suite;
    try {
      this.#group = this.#groupOf(start.suite, start.records);
      this.#session = this.#open(start);
    } catch (error) {
      this.#store.close();
      throw error;
    }
  }

  get parts() {
    return this.#session.parts;
  }

  get memory(): RoomMemory {
    return this.#session.memory;
  }

  get group(): GroupState {
    return this.#group;
  }

  /** Null, or why it is no step of a real log. */
  take(step: TranscriptStep): string | null {
    switch (step.kind) {
      case 'pending':
        return this.#prepare(step);
      case 'shown':
        return this.#compare(step);
      case 'message':
      case 'commit': {
        const entry = entryOf(step);
        return entry ? this.#takeEntry(entry) : 'no relay gives such an entry';
      }
    }
  }

  close(): void {
    this.#session.close();
    this.#store.close();
  }

  #open({ room, at, identityKey, ephemeral, cursor, digest }: TranscriptStart): RoomSession {
    const { settings, members } = viewOf(this.#group);
    const stored = this.#store.step(() =>
      this.#store.rooms.add({
        ...{ room, relayUrl: nowhere, name: settings.name, standing: 'member', at },
        offTheRecord: settings.offTheRecord,
      }),
    );
    const parts = partsOf(
      {
        store: this.#store,
        now: Date.now,
        profileName: () => null,
        identity: identityOf(identityKey),
        people: new People(this.#store.people),
      },
      stored,
    );
    const heard = { counter: null, at };
    const memory: RoomMemory = {
      ...nothingKept,
      stored,
      group: this.#group,
      log: { ...newLog(cursor, digest), heard: new Map([...members.keys()].map((id) => [id, heard])) },
      // A copy: it is wiped when its leaf is.
      who: withLeaf(nobodyKnown, Uint8Array.from(ephemeral)),
      sync: awayRoom,
      outbox: outboxOf([]),
      enteredEpoch: null,
    };
    return quietSession(parts, memory, ({ event, data }) => {
      if (event !== 'rows') return;
      for (const row of data.rows) this.rows.set(row.id, row);
    });
  }

  #groupOf(suiteId: number, records: Readonly<Record<string, Uint8Array>>): GroupState {
    const config = configOf(suiteId);
    const suite = this.#suite(config.suite);
    return restoreGroup(new Map(Object.entries(records)), { ...config, suite });
  }

  /** Our own commit: with the keys that only we had for the epoch that it may open. */
  #prepare(step: Extract<TranscriptStep, { kind: 'pending' }>): string | null {
    const { group } = this.memory;
    if (!group) return 'a commit of who is no member';
    const pending = this.#groupOf(group.config.suite.id, step.records);
    const { epoch: opened, me, members } = viewOf(pending);
    if (opened !== step.epoch + 1) return 'a commit that opens another epoch';
    const { id, epoch, accessKey, ephemeral, body } = step;
    const leafKey = ephemeral && members.get(me)?.ephemeralKey;
    if (ephemeral && !(leafKey && sameBytes(leafKey, ephemeralPublic(ephemeral)))) {
      return 'its keys are not those of the member';
    }
    return this.#step((draft) => {
      draft.group = { ...dropOwnCommit(group).group, pending };
      const own = ephemeral && Uint8Array.from(ephemeral);
      draft.commit = { id, epoch, accessKey, body, ephemeral: own, welcomes: [], wishes: [] };
    });
  }

  #takeEntry(entry: Entry): string | null {
    const { log, group } = this.memory;
    if (!log || !group) return 'an entry after the end of the membership';
    if (splitBatch([entry], log.cursor).next.length === 0) return 'entries are missing before it';
    let isOpened = true;
    let goesOn = true;
    const failed = this.#step((draft) => {
      isOpened = entry.kind === 'commit' || expectOwn(this.parts, draft, entry);
      if (isOpened) goesOn = takeEntries(this.parts, draft, [entry]);
    });
    if (failed !== null) return failed;
    if (!isOpened) return 'it does not open';
    if (this.memory.group) this.#group = this.memory.group;
    const wasRemoved = this.memory.stored.standing === 'removed';
    return goesOn || wasRemoved ? this.#trouble(entry) : (this.#trouble(entry) ?? 'no proxy follows it');
  }

  /** Whatever a person would be told of it that is not as it should be. */
  #trouble({ seq }: Entry): string | null {
    for (const row of this.rows.values()) {
      if (row.seq !== seq) continue;
      if (row.kind === 'refused' || row.kind === 'alarm') return row.problem;
      if (row.kind === 'message' && isDoubtful(row)) return `its sender has not shown who it is (${row.trust})`;
    }
    return null;
  }

  #compare({ messages }: Extract<TranscriptStep, { kind: 'shown' }>): string | null {
    const isSaid = messages.every(({ id, text }) => {
      const row = this.rows.get(id);
      return row?.kind === 'message' && row.text === text;
    });
    return isSaid ? null : 'it shows something else than what was said';
  }

  #step(change: (draft: Draft) => void): string | null {
    const done = this.#session.step('replay', change);
    return done.ok ? null : done.error.message;
  }
}

function isDoubtful({ own, trust }: Extract<Row, { kind: 'message' }>): boolean {
  return !own && trust !== 'unverified' && trust !== 'verified';
}
