/** An entry as somebody was shown it. `epoch` of a commit is the one that it opened. */
export interface Sighting {
  seq: number;
  /** The entry id in hexadecimal. */
  id: string;
  kind: 'message' | 'commit';
  epoch: number;
}

/** The relay said that this entry is in the log. */
export interface Acknowledgement {
  id: string;
  seq: number;
  kind: 'message' | 'commit';
  /** The epochs that it was sent for, one after the other: of a commit the one that it was to end. */
  sentFor: readonly number[];
}

/** What one reader was shown, over all its connections. */
export interface Reading {
  reader: string;
  /** The commit that opens this epoch, or a later one if it never came to that, is the last entry that it may see. */
  removedAt?: number;
  /** In the order in which it came to know them, holes filled. */
  entries: readonly Sighting[];
  /** Whatever was told against an earlier word, or out of order on one connection. */
  contradictions: readonly string[];
}

/** Everything that was seen of one room from outside, from its creation until all is calm again. */
export interface History {
  room: string;
  /** Ids of everything that somebody tried to append. */
  sent: ReadonlySet<string>;
  acknowledged: readonly Acknowledgement[];
  readings: readonly Reading[];
  /** The whole log by `fetch`, after the last fault. */
  log: readonly Sighting[];
}
