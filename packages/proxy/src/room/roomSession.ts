import {
  type Knock,
  type LocalEvent,
  type Member,
  ok,
  type Result,
  type RoomDetails,
  type RoomSummary,
  refuse,
} from '@otr/protocol';
import { viewOf } from '../core/group/view.ts';
import type { RelayLink } from '../link/relayLink.ts';
import type { Log } from '../log.ts';
import { isStoreError } from '../store/database.ts';
import { LiveSigns } from './liveSigns.ts';
import { changesOf } from './records.ts';
import { detailsOf } from './roomDetails.ts';
import { type Draft, draftOf, type Later, memoryOf, type RoomMemory, type RoomParts } from './roomParts.ts';
import { membersOf, readLastLine, readTimelineDigest, summaryOf, type TimelineDigest } from './roomView.ts';
import { Timers } from './timers.ts';
import { holdOrRelease } from './turn.ts';
import type { WaitingKnock } from './waitingKnocks.ts';

export interface RoomSurroundings {
  readonly link: Pick<RelayLink, 'request'>;
  readonly log: Log;
  emit(event: LocalEvent): void;
  /** Called after each step that is on disk, with its name. */
  afterStep(name: string): void;
  /** The room was left and forgotten. */
  gone(): void;
}

/** What acts when a step is on disk. */
export interface RoomActor {
  perform(later: Later): void;
  /** Something may have become due. */
  look(): void;
}

/** Exchanges of words with members (D8). */
interface Words {
  asking(member: string): boolean;
  clear(): void;
}

type Done = Result<Record<string, never>>;

/** Changes of the list of members within this time are told once; the longer the list, the longer. Milliseconds. */
const membersDelay = { least: 100, perMember: 2 };

/** One room: its memory, changed step by step, and what its clients are told of it. */
export class RoomSession {
  readonly parts: RoomParts;
  readonly signs: LiveSigns;
  readonly timers = new Timers();
  readonly around: RoomSurroundings;
  #memory: RoomMemory;
  #timeline: TimelineDigest;
  #actor: RoomActor = { perform: () => {}, look: () => {} };
  #told: string;
  #closed = false;
  readonly #waiting = new Set<() => void>();

  constructor(parts: RoomParts, memory: RoomMemory, around: RoomSurroundings) {
    this.parts = parts;
    this.around = around;
    this.signs = new LiveSigns(parts.now);
    this.#memory = memory;
    this.#timeline = readTimelineDigest(parts, memory.stored.readOrder);
    this.#told = JSON.stringify(this.summary);
    parts.record?.opened(parts, memory);
  }

  actBy(actor: RoomActor): void {
    this.#actor = actor;
  }

  get memory(): RoomMemory {
    return this.#memory;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get summary(): RoomSummary {
    return summaryOf(this.parts, this.#memory, this.#timeline, this.#undecided().length);
  }

  get details(): RoomDetails {
    return detailsOf(this.parts, this.#memory, this.#undecided());
  }

  /** Who waits for words that it reads out. */
  onWords(words: Words): void {
    this.#words = words;
  }

  #words: Words = { asking: () => false, clear: () => {} };

  /** What hears of knocks, and what it knows of those that wait for a person here. */
  onKnocks(hear: (knocks: readonly Knock[]) => void, undecided: () => WaitingKnock[]): void {
    this.heardKnocks = hear;
    this.#undecided = undecided;
  }

  heardKnocks: (knocks: readonly Knock[]) => void = () => {};
  #undecided: () => WaitingKnock[] = () => [];

  get members(): Member[] {
    return membersOf(this.parts, this.#memory, this.signs, (id) => this.#words.asking(id));
  }

  /**
   * M11: what `change` does to the draft and writes to the store is kept as a whole or not at all; what it causes
   * outside happens once it is on disk. Refused with `storageFailed` where the store fails.
   */
  step(name: string, change: (draft: Draft) => void): Done {
    if (this.#closed) return refuse('roomNotFound', 'You are no longer in this room.');
    const before = this.#memory;
    const draft = draftOf(before);
    try {
      this.parts.store.step(() => {
        change(draft);
        holdOrRelease(this.parts, draft);
        this.parts.store.records.apply(this.parts.number, changesOf(before, draft));
      });
    } catch (error) {
      this.parts.people.reload();
      if (!isStoreError(error)) throw error;
      this.around.log('storeFailed', { step: name });
      return refuse('storageFailed', `This computer could not store the change: ${error.message}.`);
    }
    this.#memory = memoryOf(draft);
    for (const secret of draft.erase) secret.fill(0);
    this.parts.record?.stepped(this.parts, before, draft);
    this.around.afterStep(name);
    // What goes to others does not wait for what is told here.
    const { append = [], others = [] } = Object.groupBy(draft.later, sideOf);
    for (const later of append) this.#actor.perform(later);
    this.#tell(before, draft);
    for (const later of others) this.#actor.perform(later);
    this.#actor.look();
    return ok({});
  }

  /** What was read is no longer unread. */
  recount(): void {
    this.#timeline = readTimelineDigest(this.parts, this.#memory.stored.readOrder);
    this.tellSummary();
  }

  tellSummary(): void {
    if (this.#closed) return;
    const summary = this.summary;
    const text = JSON.stringify(summary);
    if (text === this.#told) return;
    this.#told = text;
    this.around.emit({ event: 'room', data: summary });
  }

  /** What is known of persons has changed, here or in another room. */
  peopleChanged(): void {
    const { trust } = this.summary;
    if (trust.changed > 0 !== this.#memory.outbox.held) this.step('decided', () => {});
    this.tellSummary();
    this.tellMembers();
  }

  tellMembers(): void {
    if (this.#closed || this.timers.isRunning('members')) return;
    const { group } = this.#memory;
    const members = group ? viewOf(group).members : new Map();
    const delay = Math.max(membersDelay.least, members.size * membersDelay.perMember);
    this.timers.start('members', delay, () => {
      const { group } = this.#memory;
      if (group) this.signs.keepOnly(viewOf(group).members);
      this.around.emit({ event: 'members', data: { room: this.parts.ref, members: this.members } });
    });
  }

  tellDetails(): void {
    if (this.#closed || !this.#memory.group) return;
    const { details } = this;
    const text = JSON.stringify(details);
    if (text === this.#toldDetails) return;
    this.#toldDetails = text;
    this.around.emit({ event: 'details', data: details });
  }

  #toldDetails = '';

  /** Erases the room with its keys and history. */
  forget(): Done {
    const forgotten = this.step('left', () => this.parts.store.rooms.remove(this.parts.number));
    if (!forgotten.ok) return forgotten;
    this.close();
    this.around.gone();
    this.around.emit({ event: 'roomGone', data: { room: this.parts.ref } });
    return forgotten;
  }

  close(): void {
    this.#closed = true;
    this.#words.clear();
    this.timers.stop();
    for (const told of this.#waiting) told();
  }

  /** Whether the room was left within so many milliseconds. */
  async waitUntilClosed(milliseconds: number): Promise<boolean> {
    if (this.#closed) return true;
    await new Promise<void>((resolve) => {
      this.#waiting.add(resolve);
      this.timers.start(`closed ${this.#waiting.size}`, milliseconds, resolve);
    });
    return this.#closed;
  }

  #tell(before: RoomMemory, draft: Draft): void {
    const rows = [...draft.rows.values()];
    const messages = rows.filter((row) => row.kind === 'message');
    const unread = messages.filter(({ own, order }) => !own && order > draft.stored.readOrder).length;
    if (messages.length > 0) {
      const lastLine = readLastLine(this.parts);
      this.#timeline = { unread: this.#timeline.unread + unread, lastLine };
    }
    const { gone: ids } = draft;
    if (ids.length > 0) this.around.emit({ event: 'rowsGone', data: { room: this.parts.ref, ids } });
    if (rows.length > 0) this.around.emit({ event: 'rows', data: { room: this.parts.ref, rows } });
    this.tellSummary();
    if (before.group?.context !== draft.group?.context || before.who !== draft.who) this.tellMembers();
    if (before.group?.context !== draft.group?.context || before.commit !== draft.commit) this.tellDetails();
  }
}

function sideOf({ kind }: Later): 'append' | 'others' {
  return kind === 'append' ? 'append' : 'others';
}
