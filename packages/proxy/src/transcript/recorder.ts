import { recordsOf } from '@otr/mls';
import type { Entry } from '@otr/protocol';
import { viewOf } from '../core/group/view.ts';
import type { Identity } from '../core/identity/identity.ts';
import { toText } from '../core/text.ts';
import type { Draft, PendingCommit, RoomMemory, RoomParts } from '../room/roomParts.ts';
import { type TranscriptLine, transcriptFormat } from './transcript.ts';

/** Where lines go, by room id as text. */
export interface Paper {
  has(room: string): boolean;
  /** The first line of a membership; what was written of a former one is kept. */
  begin(room: string, line: TranscriptLine): void;
  add(room: string, line: TranscriptLine): void;
}

/** Writes down what no proxy should keep: a room's secrets as they were when it was joined, and its log. */
export interface Recorder {
  /** The room begins to be held in memory. */
  opened(parts: RoomParts, memory: RoomMemory): void;
  /** The entry as it is to be recorded, before it is taken. */
  entryOf(parts: RoomParts, entry: Entry): Entry;
  /** A step is on disk. */
  stepped(parts: RoomParts, before: RoomMemory, draft: Draft): void;
}

export function recorderOn(paper: Paper): Recorder {
  const begin = (parts: RoomParts, memory: RoomMemory) => {
    if (isOffTheRecord(memory)) return;
    const line = startOf(parts, memory);
    if (line) paper.begin(parts.ref, line);
  };
  return {
    opened(parts, memory) {
      if (!paper.has(parts.ref) && isFresh(memory)) begin(parts, memory);
    },
    // The relay gives nobody the slices of an own whisper, and those that we keep until then go with it.
    entryOf({ store, number }, entry) {
      const slices = entry.kind === 'message' ? store.outbox.slices(number, toText(entry.id)) : [];
      return entry.kind === 'message' && slices.length > 0 ? { ...entry, slices } : entry;
    },
    stepped(parts, before, draft) {
      if (!before.group && draft.group) begin(parts, draft);
      if (!paper.has(parts.ref)) return;
      for (const line of linesOf(before, draft)) paper.add(parts.ref, line);
    },
  };
}

/** D9: nothing of such a room is ever written anywhere. */
function isOffTheRecord({ stored, group }: RoomMemory): boolean {
  return stored.offTheRecord || (group !== null && viewOf(group).settings.offTheRecord);
}

/** Nothing has happened since we came: a transcript can begin here. */
function isFresh({ group, log, commit, who }: RoomMemory): boolean {
  return group !== null && log?.cursor === log?.joinedAt && commit === null && who.shown.size === 0;
}

function startOf({ room, identity, now }: RoomParts, { group, log, who }: RoomMemory): TranscriptLine | null {
  if (!group || !log || !who.ephemeral) return null;
  return {
    kind: 'start',
    format: transcriptFormat,
    version: 1,
    room,
    at: now(),
    suite: group.config.suite.id,
    identityKey: privateBytes(identity),
    // The proxy wipes its own.
    ephemeral: Uint8Array.from(who.ephemeral),
    cursor: log.cursor,
    digest: log.digest,
    records: Object.fromEntries(recordsOf(group)),
  };
}

/** DER ends with the 32 bytes (RFC 8410 §7). */
function privateBytes({ privateKey }: Identity): Uint8Array {
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  const bytes = Uint8Array.from(der.subarray(-32));
  der.fill(0);
  return bytes;
}

function linesOf(before: RoomMemory, draft: Draft): TranscriptLine[] {
  const entries = draft.taken.map(lineOfEntry);
  const shown = [...draft.rows.values()].flatMap((row) =>
    row.kind === 'message' && !row.own ? [{ id: row.id, text: row.text }] : [],
  );
  const claim = entries.length > 0 && shown.length > 0 && { kind: 'shown' as const, messages: shown };
  const { commit, group } = draft;
  const made = commit !== before.commit && commit && group?.pending && lineOfCommit(commit, group.pending);
  return [...entries, ...(claim ? [claim] : []), ...(made ? [made] : [])];
}

/** The same names in the same order, whoever made the entry. */
function lineOfEntry(entry: Entry): TranscriptLine {
  const { kind, seq, epoch, id, body } = entry;
  return kind === 'message'
    ? { kind, seq, epoch, id, slices: entry.slices, body }
    : { kind, seq, epoch, id, accessKey: entry.accessKey, body };
}

function lineOfCommit(
  { id, epoch, accessKey, ephemeral, body }: PendingCommit,
  pending: Parameters<typeof recordsOf>[0],
): TranscriptLine {
  const records = Object.fromEntries(recordsOf(pending));
  const leafKey = ephemeral && Uint8Array.from(ephemeral);
  return { kind: 'pending', id, epoch, accessKey, ephemeral: leafKey, body, records };
}
