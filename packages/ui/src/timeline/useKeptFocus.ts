import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** When the row that has the focus vanishes, the timeline takes it: a keyboard must not be sent to the page's start. */
export function useKeptFocus(scroller: RefObject<HTMLElement | null>, rows: readonly unknown[]): void {
  const inside = useRef(false);

  useEffect(() => {
    const note = () => {
      inside.current = scroller.current?.contains(document.activeElement) ?? false;
    };
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, [scroller]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `rows` is what there is to react to
  useLayoutEffect(() => {
    if (inside.current && document.activeElement === document.body) {
      scroller.current?.focus({ preventScroll: true });
    }
  }, [rows, scroller]);
}
