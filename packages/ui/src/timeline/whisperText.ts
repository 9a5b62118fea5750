import type { MessageRow } from '@otr/protocol';
import { strings } from '../strings.ts';

type Whisper = NonNullable<MessageRow['whisper']>;

/** For whom it was, as names: oneself last, as one says it. */
export function whisperNames({ to, names }: Whisper, me: string | undefined): string[] {
  const others = to.flatMap((key, index) => (key === me ? [] : [names[index] ?? strings.whispers.someone]));
  return me !== undefined && to.includes(me) ? [...others, strings.whispers.you] : others;
}

/** `whisper to you`, `whisper to Bob and 2 others`. */
export function whisperText(whisper: Whisper, me: string | undefined): string {
  return strings.whispers.to(whisperNames(whisper, me));
}

/** Those whom an answer to a whisper is for: its sender and all it was for, without oneself. */
export function answersTo({ from, whisper }: MessageRow, me: string | null): string[] {
  const all = new Set([from, ...(whisper?.to ?? [])]);
  return [...all].filter((key) => key !== me);
}
