import type { Content, Row } from '@otr/protocol';
import { unsentOrder } from '@otr/protocol';
import type { LeafOwner } from '../core/group/leaf.ts';
import { identityOf } from '../core/identity/identity.ts';
import { fromText, randomId, toText } from '../core/text.ts';
import type { CameBy } from '../machine/whoIsWho.ts';
import { makeJoin } from '../room/newRoom.ts';
import { changesOf, nothingKept } from '../room/records.ts';
import type { StoredRoom } from '../store/roomTable.ts';
import type { Store } from '../store/store.ts';
import type { BackupRecord, RecordOf } from './records.ts';

/** A room of the new profile. */
interface NewRoom {
  readonly number: number;
  /** By the id that it had in the backup. */
  readonly queued: Map<string, { readonly id: string; readonly place: number }>;
}

/** Writes what a backup holds into the store of a new profile. */
export class NewProfile {
  readonly #store: Store;
  readonly #now: number;
  readonly #rooms: NewRoom[] = [];
  #name = '';

  constructor(store: Store, now: number) {
    this.#store = store;
    this.#now = now;
  }

  /** One step. False where a record names a room that there is not. */
  take(records: readonly BackupRecord[]): boolean {
    return this.#store.step(() => records.every((record) => this.#take(record)));
  }

  #take(record: BackupRecord): boolean {
    switch (record.kind) {
      case 'profile':
        this.#takeProfile(record);
        return true;
      case 'person': {
        const { kind: _, ...person } = record;
        this.#store.people.put(person);
        return true;
      }
      case 'room':
        this.#takeRoom(record);
        return true;
      case 'queued':
        return this.#in(record.room, (room) => this.#queue(room, record));
      case 'row':
        return this.#in(record.room, (room) => this.#takeRow(room, record));
    }
  }

  #in(place: number, take: (room: NewRoom) => void): boolean {
    const room = this.#rooms[place];
    if (room) take(room);
    return room !== undefined;
  }

  /** A backup without an identity key is of a time before there were any: the new profile keeps its own. */
  #takeProfile({ name, tellRead, tellTyping, identityKey }: RecordOf<'profile'>): void {
    this.#name = name ?? '';
    if (name !== null) this.#store.setName(name);
    this.#store.setPreferences({ tellRead, tellTyping });
    if (identityKey !== undefined) this.#store.setIdentityKey(fromText(identityKey));
  }

  /** Whoever was in the room is `lost` in it (R1): a member lets it in again, with new keys, when the person asks. */
  #takeRoom(record: RecordOf<'room'>): void {
    const { rooms } = this.#store;
    const { relayUrl, name, removed, way, readOrder, at, alarm, draft } = record;
    const isNew = way !== null && way.formerly === null;
    const standing = removed ? 'removed' : isNew ? 'joining' : 'lost';
    const added = rooms.add({ room: fromText(record.room), relayUrl, name, standing, at });
    const stored = rooms.change(added, { readOrder, alarm });
    if (draft !== '') rooms.setDraft(stored, draft);
    this.#keepWay(stored, way);
    this.#rooms.push({ number: stored.number, queued: new Map() });
  }

  #keepWay({ number }: StoredRoom, way: RecordOf<'room'>['way']): void {
    if (way === null) return;
    const { formerly } = way;
    const secret = fromText(way.secret);
    const kept =
      formerly === null
        ? { ...nothingKept, join: makeJoin({ secret, cameBy: cameByIn(way) }, this.#leafOwner(), this.#now) }
        : { ...nothingKept, wayBack: { secret, formerly } };
    this.#store.records.apply(number, changesOf(nothingKept, kept));
  }

  #leafOwner(): LeafOwner {
    const key = this.#store.identityKey();
    const identityKey = identityOf(key).publicKey;
    key.fill(0);
    return { identityKey, name: this.#name, formerly: null };
  }

  /** Under a new id: the relay, and the others, may have seen the old one with what the lost profile sealed. */
  #queue({ number, queued }: NewRoom, record: RecordOf<'queued'>): void {
    const id = toText(randomId());
    const { at, whisperTo = null } = record;
    const place = this.#store.outbox.add(number, id, renamed(record.content, queued), at, { whisperTo });
    queued.set(record.id, { id, place });
  }

  /** What was to disappear in the meantime does not come back. */
  #takeRow({ number, queued }: NewRoom, { row }: RecordOf<'row'>): void {
    if (row.expiresAt !== undefined && row.expiresAt <= this.#now) return;
    const waiting = queued.get(row.id);
    const answered = row.replyTo && queued.get(row.replyTo.id);
    const next = {
      ...row,
      ...(waiting && { id: waiting.id, order: unsentOrder + waiting.place }),
      ...(row.replyTo && answered && { replyTo: { ...row.replyTo, id: answered.id } }),
    };
    // All else in it is as the store once wrote it.
    this.#store.timeline.write(number, next as Row);
  }
}

function cameByIn({ cameBy }: NonNullable<RecordOf<'room'>['way']>): CameBy | null {
  return cameBy ? { voucher: fromText(cameBy.voucher), fingerprint: fromText(cameBy.fingerprint) } : null;
}

/** What is queued may be about another that is queued. */
function renamed(content: Content, queued: NewRoom['queued']): Content {
  const nameOf = (id: string) => queued.get(id)?.id ?? id;
  switch (content.kind) {
    case 'text':
      return content.replyTo === undefined ? content : { ...content, replyTo: nameOf(content.replyTo) };
    case 'edit':
    case 'delete':
    case 'reaction':
      return { ...content, target: nameOf(content.target) };
    case 'leave':
    case 'identify':
    case 'words':
      return content;
  }
}
