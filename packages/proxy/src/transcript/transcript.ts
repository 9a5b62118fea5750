import {
  base64urlText,
  commitEntry,
  type Entry,
  epoch,
  isBytes,
  limits,
  messageEntry,
  seq,
  slice,
} from '@otr/protocol';
import { z } from 'zod';
import { fromText, toText } from '../core/text.ts';

/**
 * The strongest thing that a member of a room could ever show: the secrets that its proxy held when it came in, and every
 * entry of the log as the relay gave it, so that everything can be checked again. Lines of JSON, bytes as base64url.
 */

/** A transcript is refused above this; also what a line of it may be. Bytes. */
export const transcriptLimits = { file: 64 * 1024 * 1024, lines: 100_000, record: 4 * 1024 * 1024 } as const;

export const transcriptFormat = 'otr-chatroom-transcript';

const bytes = (max: number) =>
  z
    .string()
    .max(Math.ceil((max * 4) / 3))
    .regex(/^[A-Za-z0-9_-]*$/, 'must be base64url')
    .transform(fromText);
const bytesOf = (length: number) => base64urlText(length).transform(fromText);
const slices = z.array(z.object({ to: bytesOf(32), ciphertext: bytes(limits.slice) }).pipe(slice));

/** Records of a group's state, as `recordsOf` of @otr/mls gives them. */
const records = z.record(z.string().max(256), bytes(transcriptLimits.record));

const place = { seq, epoch, id: bytesOf(16) };

const start = z.object({
  kind: z.literal('start'),
  format: z.literal(transcriptFormat),
  version: z.literal(1),
  room: bytesOf(16),
  /** When this began, milliseconds since 1970. */
  at: z.number().int().nonnegative().max(8.64e15),
  suite: z.number().int(),
  /** SECRET: *a*, who the one is that shows this (D1). */
  identityKey: bytesOf(32),
  /** SECRET: *e* of its leaf (D2). */
  ephemeral: bytesOf(32),
  /** The place of the commit that let it in, and the log's digest there if it knew one (M7). */
  cursor: seq.or(z.literal(0)),
  digest: bytesOf(32).nullable(),
  /** SECRET: the group. */
  records,
});

/** A commit of its own, before it is sent: SECRET keys of the epoch that it would open. */
const pending = z.object({
  kind: z.literal('pending'),
  id: bytesOf(16),
  epoch,
  accessKey: bytesOf(32),
  ephemeral: bytesOf(32).nullable(),
  body: bytes(limits.commit),
  records,
});

const message = z.object({
  kind: z.literal('message'),
  ...place,
  /** Those for the one who shows this; of its own whispers all, or nobody could open them. */
  slices: slices.max(limits.recipients),
  body: bytes(limits.body),
});

const commit = z.object({
  kind: z.literal('commit'),
  ...place,
  accessKey: bytesOf(32),
  body: bytes(limits.commit),
});

/** What others' messages read after the entries before this line: what is claimed, beside what it is proved by. */
const shown = z.object({
  kind: z.literal('shown'),
  messages: z.array(z.object({ id: base64urlText(16), text: z.string().max(limits.text) })).max(1_000),
});

const step = z.discriminatedUnion('kind', [pending, message, commit, shown]);

export type TranscriptStart = z.output<typeof start>;
export type TranscriptStep = z.output<typeof step>;
export type TranscriptLine = TranscriptStart | TranscriptStep;

export interface Transcript {
  readonly start: TranscriptStart;
  readonly steps: readonly TranscriptStep[];
}

export type Read = { ok: true; value: Transcript } | { ok: false; message: string };

/** One line, with the line break. */
export function lineOf(line: TranscriptLine): string {
  return `${JSON.stringify(withoutBytes(line))}\n`;
}

/** A replacer would come too late: a `Buffer` makes JSON of itself. */
function withoutBytes(value: unknown): unknown {
  if (isBytes(value)) return toText(value);
  if (Array.isArray(value)) return value.map(withoutBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutBytes(part)]));
}

export function transcriptText({ start, steps }: Transcript): string {
  return [start, ...steps].map(lineOf).join('');
}

/** What a stranger wrote, as values; nothing of it has been checked yet but its form. */
export function readTranscript(text: string): Read {
  if (text.length > transcriptLimits.file) return wrong('It is too large for a transcript.');
  const lines = text.split('\n');
  if (lines.pop() !== '') return wrong('Its last line is not whole.');
  const [first = '', ...others] = lines;
  if (others.length > transcriptLimits.lines) return wrong('It has too many lines for a transcript.');
  const begun = parsed(start, first);
  if (!begun) return wrong('It does not begin as a transcript does.');
  const steps: TranscriptStep[] = [];
  for (const [index, line] of others.entries()) {
    const one = parsed(step, line);
    if (!one) return wrong(`Its line ${index + 2} is none of a transcript.`);
    steps.push(one);
  }
  return { ok: true, value: { start: begun, steps } };
}

/** The entry as the relay gave it; null for what no relay gives. */
export function entryOf(step: Extract<TranscriptStep, { kind: Entry['kind'] }>): Entry | null {
  const schema = step.kind === 'commit' ? commitEntry : messageEntry.extend({ slices: z.array(slice) });
  const found = schema.safeParse(step);
  return found.success ? found.data : null;
}

function parsed<Value>(schema: z.ZodType<Value>, line: string): Value | null {
  try {
    const found = schema.safeParse(JSON.parse(line));
    return found.success ? found.data : null;
  } catch {
    return null;
  }
}

function wrong(message: string): Read {
  return { ok: false, message };
}
