import type { KeyboardEvent } from 'react';

/** The part of a row that takes the focus. */
function focusTarget(scroller: HTMLElement, index: number): HTMLElement | null {
  return scroller.querySelector<HTMLElement>(`[data-index="${index}"] .rowFocus`);
}

function focusedIndex(scroller: HTMLElement): number | null {
  const row = scroller.ownerDocument.activeElement?.closest<HTMLElement>('[data-index]');
  return row === null || row === undefined ? null : Number(row.dataset['index']);
}

/** Rows near the view are in the page, so that the next one can take the focus and scroll itself into view. */
export function focusRow(scroller: HTMLElement, index: number): boolean {
  const target = focusTarget(scroller, index);
  target?.focus({ preventScroll: true });
  target?.scrollIntoView({ block: 'nearest' });
  return target !== null;
}

/** The message whose row has the focus itself, not a button in it. */
export function focusedMessage(event: KeyboardEvent<HTMLElement>): string | null {
  if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLElement)) return null;
  return event.target.dataset['messageId'] ?? null;
}

/** ↑ and ↓ between the rows, Enter for a message's menu. `false`: not a key of ours. */
export function navigateRows(event: KeyboardEvent<HTMLElement>, lastIndex: number): boolean {
  const scroller = event.currentTarget;
  const focused = focusedIndex(scroller);
  if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    const next = focused === null ? lastIndex : focused + (event.key === 'ArrowUp' ? -1 : 1);
    return next >= 0 && focusRow(scroller, Math.min(next, lastIndex));
  }
  if (event.key === 'Enter' && focused !== null) {
    const target = focusTarget(scroller, focused);
    if (event.target !== target) return false;
    target?.querySelector<HTMLElement>('.messageMenuTrigger')?.click();
    return true;
  }
  return false;
}
