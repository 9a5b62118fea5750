import type { MessageRow, Row, Trust } from '@otr/protocol';

/** Something that a member said: who, when, and where it stands. */
export interface Said {
  /** The entry's id. */
  readonly id: string;
  /** The sender's pseudonym. */
  readonly from: string;
  readonly name: string;
  readonly own: boolean;
  /** The sender's clock, milliseconds since 1970. */
  readonly at: number;
  /** Its place in the log; null for own content that the relay has not acknowledged. */
  readonly seq: number | null;
  readonly order: number;
  readonly delivery: 'saved' | 'relay';
  readonly recipients?: readonly string[];
  /** What was known of the sender when it came. */
  readonly trust?: Trust;
  readonly whisper?: NonNullable<MessageRow['whisper']>;
}

/** The room's rows as they are now. */
export interface TimelineView {
  get(id: string): Row | null;
}

export interface ContentPlace {
  readonly room: string;
  /** Our own clock. */
  readonly now: number;
  /** Milliseconds that messages stay; 0: they stay. */
  readonly disappearAfter: number;
}

/** When it was said, in our time: a sender's clock that is ahead would put it into the future. */
export function timeOf(said: Said, place: ContentPlace): number {
  return Math.min(said.at, place.now);
}
