/**
 * What every front end shares: the local client (one connection to the proxy), the view (its state as a value)
 * and the store (the view, kept up to date). No framework, no cryptography of rooms.
 */
import './jitless.ts';

export type { Actions, InvitePolicy, Roles, SearchHit } from './actions.ts';
export { type ExportFormat, exportRoom } from './export/exportRoom.ts';
export type {
  ExportedMessage,
  ExportedNotice,
  ExportedProblem,
  ExportedRoom,
  ExportedRow,
} from './export/jsonFormat.ts';
export type { Connection, LocalClient } from './localClient.ts';
export { connectPage, type PageWindow } from './page.ts';
export { reduce, type ViewInput } from './reduce.ts';
export {
  isDoubtful,
  newMessageIndex,
  type Receipt,
  readBy,
  receivedBy,
  type TimelineItem,
  timelineItem,
  unreadTotal,
} from './select.ts';
export { createStore, type Said, type Store, type StoreOptions } from './store.ts';
export type { Timeline, TimelinePage } from './timeline.ts';
export { emptyView, type Typist, type View, type WordsState } from './view.ts';
export type { WhisperDraft } from './whisperDrafts.ts';
export { remarkWords, timeWords } from './words.ts';
