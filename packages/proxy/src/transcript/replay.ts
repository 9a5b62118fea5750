import { type GroupState, restoreGroup, type Suite } from '@otr/mls';
import type { Entry, ProblemCode, Row } from '@otr/protocol';
import { dropOwnCommit } from '../core/group/commit.ts';
import { configOf } from '../core/group/config.ts';
import { viewOf } from '../core/group/view.ts';
import { ephemeralPublic, identityOf } from '../core/identity/identity.ts';
import { sameBytes } from '../core/text.ts';
import { splitBatch } from '../machine/room.ts';
import { People } from '../people/people.ts';
import { takeEntries } from '../room/inbox.ts';
import { partsOf } from '../room/openRoom.ts';
import type { Draft, RoomMemory } from '../room/roomParts.ts';
import type { RoomSession } from '../room/roomSession.ts';
import { openStore, type Store } from '../store/store.ts';
import { memoryOfNewcomer } from './newcomer.ts';
import { expectOwn } from './ownEntry.ts';
import { nowhere, quietSession } from './quietSession.ts';
import { entryOf, type TranscriptStart, type TranscriptStep } from './transcript.ts';

/** For the negative controls of tests: the primitives that the replay uses instead of the real ones. */
export type UnsafeSuite = (suite: Suite) => Suite;

/** Why something is no step of a real log; `ProblemCode` is what a person would have been told of it. */
export type StepProblem =
  | ProblemCode
  /** An entry as no relay gives it. */
  | 'noEntry'
  /** Others are missing before it, or it was there already. */
  | 'notNext'
  | 'afterTheEnd'
  /** A commit of its own with the keys of another epoch or of another leaf. */
  | 'notItsCommit'
  /** A message of its own that does not open. */
  | 'notOpened'
  | 'notFollowed'
  /** Its sender had not shown who it is (D3). */
  | 'notShown'
  /** It is claimed to say something else than it does. */
  | 'otherText';

/**
 * A transcript's proxy once more: its state as it was on coming in, and the log taken by the same code. Whoever opened it
 * closes it.
 */
export class Replay {
  /** Every row that was written, by its id. */
  readonly rows = new Map<string, Row>();
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

  /** Null where all checks pass. */
  take(step: TranscriptStep): StepProblem | null {
    switch (step.kind) {
      case 'pending':
        return this.#prepare(step);
      case 'shown':
        return this.#compare(step);
      case 'message':
      case 'commit': {
        const entry = entryOf(step);
        return entry ? this.#takeEntry(entry) : 'noEntry';
      }
    }
  }

  close(): void {
    this.#session.close();
    this.#store.close();
  }

  #open({ room, at, identityKey, ephemeral, cursor, digest }: TranscriptStart): RoomSession {
    const { settings } = viewOf(this.#group);
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
    // A copy: it is wiped when its leaf is.
    const own = Uint8Array.from(ephemeral);
    const memory = memoryOfNewcomer({ stored, group: this.#group, cursor, digest, ephemeral: own });
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
  #prepare(step: Extract<TranscriptStep, { kind: 'pending' }>): StepProblem | null {
    const { group } = this.memory;
    if (!group) return 'afterTheEnd';
    const pending = this.#groupOf(group.config.suite.id, step.records);
    const { epoch: opened, me, members } = viewOf(pending);
    if (opened !== step.epoch + 1) return 'notItsCommit';
    const { id, epoch, accessKey, ephemeral, body } = step;
    const leafKey = ephemeral && members.get(me)?.ephemeralKey;
    if (ephemeral && !(leafKey && sameBytes(leafKey, ephemeralPublic(ephemeral)))) return 'notItsCommit';
    this.#step((draft) => {
      draft.group = { ...dropOwnCommit(group).group, pending };
      const own = ephemeral && Uint8Array.from(ephemeral);
      draft.commit = { id, epoch, accessKey, body, ephemeral: own, welcomes: [], wishes: [] };
    });
    return null;
  }

  #takeEntry(entry: Entry): StepProblem | null {
    const { log, group } = this.memory;
    if (!log || !group) return 'afterTheEnd';
    if (splitBatch([entry], log.cursor).next.length === 0) return 'notNext';
    let isOpened = true;
    let goesOn = true;
    this.#step((draft) => {
      isOpened = entry.kind === 'commit' || expectOwn(this.parts, draft, entry);
      if (isOpened) goesOn = takeEntries(this.parts, draft, [entry]);
    });
    if (!isOpened) return 'notOpened';
    if (this.memory.group) this.#group = this.memory.group;
    const isOver = this.memory.stored.standing === 'removed';
    return this.#trouble(entry) ?? (goesOn || isOver ? null : 'notFollowed');
  }

  /** Whatever a person would be told of it that is not as it should be. */
  #trouble({ seq }: Entry): StepProblem | null {
    for (const row of this.rows.values()) {
      if (row.seq !== seq) continue;
      if (row.kind === 'refused' || row.kind === 'alarm') return row.problem;
      if (row.kind === 'message' && isDoubtful(row)) return 'notShown';
    }
    return null;
  }

  #compare({ messages }: Extract<TranscriptStep, { kind: 'shown' }>): StepProblem | null {
    const isSaid = messages.every(({ id, text }) => {
      const row = this.rows.get(id);
      return row?.kind === 'message' && row.text === text;
    });
    return isSaid ? null : 'otherText';
  }

  #step(change: (draft: Draft) => void): void {
    const done = this.#session.step('replay', change);
    if (!done.ok) throw new Error(done.error.message);
  }
}

function isDoubtful({ own, trust }: Extract<Row, { kind: 'message' }>): boolean {
  return !own && trust !== 'unverified' && trust !== 'verified';
}
