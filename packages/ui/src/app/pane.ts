import { createContext, type RefObject, useContext } from 'react';

/** The page's `main` element: menus open inside it, so that all content lies in a landmark. */
export const PaneContext = createContext<RefObject<HTMLElement | null>>({ current: null });

export function usePane(): RefObject<HTMLElement | null> {
  return useContext(PaneContext);
}
