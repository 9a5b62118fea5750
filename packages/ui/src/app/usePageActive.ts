import { useSyncExternalStore } from 'react';

const events = ['focus', 'blur', 'visibilitychange'] as const;

export function isPageActive(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function subscribe(listener: () => void): () => void {
  for (const event of events) addEventListener(event, listener, true);
  return () => {
    for (const event of events) removeEventListener(event, listener, true);
  };
}

/** The page is in front and has the focus: what it shows is being seen. */
export function usePageActive(): boolean {
  return useSyncExternalStore(subscribe, isPageActive);
}
