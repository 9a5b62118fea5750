import type { Store, View } from '@otr/client';
import { createContext, useContext, useSyncExternalStore } from 'react';

export const StoreContext = createContext<Store | null>(null);

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === null) throw new Error('useStore outside of StoreContext');
  return store;
}

/** A part of the view. `select` must return a part, not a new object: parts that did not change keep their identity. */
export function useView<Part>(select: (view: View) => Part): Part {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, () => select(store.getSnapshot()));
}
