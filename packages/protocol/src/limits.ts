/** Every bound of both wires, in one place. Sizes are in bytes unless the name says otherwise. */
export const limits = {
  /** A whole Socket.IO frame on the relay wire; the transport refuses a larger one before it is decoded. */
  relayFrame: 1024 * 1024,
  /** A whole frame from the relay: a welcome into a large room is the largest. */
  relayAnswer: 4 * 1024 * 1024,
  /** A whole Socket.IO frame on the local wire. */
  localFrame: 256 * 1024,
  /** The text of a message, in UTF-8. */
  text: 64 * 1024,
  /** A display name or a room name, in characters. */
  nameCharacters: 64,
  /** The encrypted body of an envelope. */
  body: 160 * 1024,
  /** The encrypted body of a commit: a path through the largest tree. */
  commit: 512 * 1024,
  /** A sealed welcome; its ratchet tree grows with the room. */
  welcome: 768 * 1024,
  /** A sealed knock: a key package and a few words. */
  knock: 16 * 1024,
  /** Knocks that one commit lets in. */
  welcomesPerCommit: 64,
  /** Knocks that may wait in one room. */
  waitingKnocks: 256,
  /** Invites of one room whose public keys the relay keeps. */
  invitesPerRoom: 256,
  /** Invites that a room has at once, and admins. */
  invitesOfRoom: 32,
  admins: 64,
  /** Hits of one search. */
  searchHits: 100,
  /** One recipient's slice of an envelope. */
  slice: 512,
  /** Recipients of one envelope with slices: the members of a room less one. */
  recipients: 1_500,
  /** Members who are named in a whisper; members of a room off the record. */
  whisperedTo: 100,
  /** A sealed volatile message. */
  sealed: 1024,
  /** Entries in one answer to `fetch`; the relay also stops at half a frame. */
  fetchEntries: 500,
  /** Rooms that one connection may enter. */
  roomsPerConnection: 500,
  /** Public keys a proxy may answer for in one room: its current key and the generations before it. */
  keysPerAnswer: 16,
  /** Slices that one reader is given of one envelope: one for each key that its connection answers for. */
  slicesPerReader: 16,
  /** Rows in one page of a timeline. */
  timelinePage: 500,
  /** Characters of JSON in one page of a timeline, and at least one row; a page of long messages is cut short. */
  timelinePageCharacters: 2 * 1024 * 1024,
  /** A draft, in characters. */
  draftCharacters: 64 * 1024,
} as const;
