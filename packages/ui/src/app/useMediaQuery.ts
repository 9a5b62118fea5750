import { useCallback, useSyncExternalStore } from 'react';

export function useMediaQuery(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

/** From here on, rooms and timeline stand side by side (as in layout.css). */
export const twoPanes = '(min-width: 720px)';
/** From here on, the members have a column of their own; below they are a drawer. */
export const threePanes = '(min-width: 1100px)';
