import type { Sent } from './message.ts';
import type { WireSocket } from './wireSocket.ts';

/** How the messages of one server look on the wire, to members that count them. */
export interface Dialect {
  readonly isText: boolean;
  /** Enters the room with so many members. */
  enter(url: string, members: number): Promise<WireSocket[]>;
  /** What a member sends. */
  payload(sent: Sent): Buffer;
  /** Messages that a frame delivers; it begins in `chunk` at `at`. */
  delivered(chunk: Buffer, at: number, length: number): number;
  /** Messages that a frame tells this sender to be done: acknowledged, or where nothing is, its own that came back. */
  done(chunk: Buffer, at: number, length: number, sender: number): number;
  /** When the messages that a whole frame delivers were sent. */
  sentAt(payload: Buffer): number[];
}
