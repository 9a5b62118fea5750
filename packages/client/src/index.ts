/**
 * What every front end shares: the local client (one connection to the proxy), the view (its state as a value)
 * and the store (the view, kept up to date). No framework, no cryptography of rooms.
 */
import './jitless.ts';

export type { Connection, LocalClient } from './localClient.ts';
export { connectPage, type PageWindow } from './page.ts';
export { reduce, type ViewInput } from './reduce.ts';
export {
  newMessageIndex,
  type Receipt,
  receivedBy,
  type TimelineItem,
  timelineItem,
  unreadTotal,
} from './select.ts';
export { createStore, type Store, type StoreOptions } from './store.ts';
export type { Timeline, TimelinePage } from './timeline.ts';
export { emptyView, type Typist, type View } from './view.ts';
