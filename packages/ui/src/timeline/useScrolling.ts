import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';

/** Pixels from the end that still count as being there. */
const nearEnd = 48;
/** Heights of the view from either end at which the next page is asked for. */
const pagesAhead = 2;

interface ScrollingOptions {
  /** Changes whenever rows change. */
  rows: readonly unknown[];
  /** Changes when the list is another one. */
  generation: number;
  /** Where the list begins: at this index (in the middle or at the top of the view) or at its end. */
  start: { index: number; align: 'center' | 'start' } | null;
  /** False: the window does not reach the end of the room. */
  reachesEnd: boolean;
  onNearStart(): void;
  onNearEnd(): void;
}

export interface Scrolling {
  scroller: RefObject<HTMLDivElement | null>;
  list: RefObject<VirtualizerHandle | null>;
  atEnd: boolean;
  onScroll(): void;
  onResize(): void;
  toEnd(): void;
  toIndex(index: number): void;
}

/**
 * Holds the end while the person is there, keeps the place while not, and asks for the pages that come next. The
 * end is held by the position, not by an animation: nothing on screen jumps.
 */
export function useScrolling(options: ScrollingOptions): Scrolling {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const holdsEnd = useRef(true);
  const last = useRef({ top: 0, height: 0 });
  const [atEnd, setAtEnd] = useState(true);
  const current = useRef(options);
  current.current = options;

  const pin = useCallback(() => {
    const element = scroller.current;
    if (element !== null && holdsEnd.current) element.scrollTop = element.scrollHeight;
  }, []);

  const look = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const below = scrollHeight - scrollTop - clientHeight;
    const { reachesEnd, onNearStart, onNearEnd } = current.current;
    if (below < nearEnd && reachesEnd) holdsEnd.current = true;
    // A list that is being measured moves by itself, and changes its height as it does: only the person lets go.
    else if (scrollTop < last.current.top - 1 && scrollHeight === last.current.height)
      holdsEnd.current = false;
    else if (!reachesEnd) holdsEnd.current = false;
    last.current = { top: scrollTop, height: scrollHeight };
    setAtEnd(holdsEnd.current);
    if (scrollTop < clientHeight * pagesAhead) onNearStart();
    if (below < clientHeight * pagesAhead && !reachesEnd) onNearEnd();
  }, []);

  const onResize = useCallback(() => {
    pin();
    look();
  }, [pin, look]);

  const toIndex = useCallback((index: number) => {
    holdsEnd.current = false;
    list.current?.scrollToIndex(index, { align: 'center' });
  }, []);

  const toEnd = useCallback(() => {
    holdsEnd.current = true;
    setAtEnd(true);
    pin();
  }, [pin]);

  const { rows, generation } = options;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the start position is taken once for each list
  useLayoutEffect(() => {
    const { start, reachesEnd } = current.current;
    last.current = { top: 0, height: 0 };
    if (start !== null) {
      holdsEnd.current = false;
      list.current?.scrollToIndex(start.index, { align: start.align });
    } else if (reachesEnd) toEnd();
    else list.current?.scrollToIndex(current.current.rows.length - 1, { align: 'end' });
  }, [generation, toEnd]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `rows` is what there is to react to
  useLayoutEffect(pin, [rows, pin]);

  // What stands below (a bar, a growing box) makes the view smaller.
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(onResize);
    observer.observe(element);
    return () => observer.disconnect();
  }, [onResize]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `rows` is what there is to react to
  useEffect(() => {
    const frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [rows, generation, look]);

  return { scroller, list, atEnd, onScroll: look, onResize, toEnd, toIndex };
}
