import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** When the row that has the focus vanishes, the timeline takes it: a keyboard must not be sent to the page's start. */
export function useKeptFocus(scroller: RefObject<HTMLElement | null>, rows: readonly unknown[]): void {
  const focused = useRef<Node | null>(null);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const note = ({ target }: FocusEvent) => {
      focused.current = target instanceof Node ? target : null;
    };
    // Who goes elsewhere is let go; who loses the focus by vanishing is not there any more.
    const letGo = ({ target }: FocusEvent) =>
      queueMicrotask(() => {
        if (target instanceof Node && target.isConnected && target === focused.current)
          focused.current = null;
      });
    element.addEventListener('focusin', note);
    element.addEventListener('focusout', letGo);
    return () => {
      element.removeEventListener('focusin', note);
      element.removeEventListener('focusout', letGo);
    };
  }, [scroller]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `rows` is what there is to react to
  useLayoutEffect(() => {
    if (focused.current?.isConnected !== false || document.activeElement !== document.body) return;
    focused.current = null;
    scroller.current?.focus({ preventScroll: true });
  }, [rows, scroller]);
}
