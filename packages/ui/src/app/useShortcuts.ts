import { useEffect } from 'react';

export interface ShortcutActions {
  switchRoom(): void;
  /** The next (1) or the previous (-1) room of the list. */
  stepRoom(step: 1 | -1): void;
  search(): void;
  help(): void;
  focusComposer(): void;
}

function isEditable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** An open dialog or menu has the keyboard to itself. */
function isInPopup(): boolean {
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
}

/** True when the key was one of ours. */
function handle(event: KeyboardEvent, actions: ShortcutActions): boolean {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
    actions.switchRoom();
    return true;
  }
  if ((event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === 'f') {
    actions.search();
    return true;
  }
  if (isInPopup()) return false;
  if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
    actions.stepRoom(event.key === 'ArrowUp' ? -1 : 1);
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === 'Escape') {
    actions.focusComposer();
    return true;
  }
  if (event.key === '?' && !isEditable(event.target)) {
    actions.help();
    return true;
  }
  return false;
}

/** The keys that work anywhere on the page. */
export function useShortcuts(actions: ShortcutActions): void {
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && handle(event, actions)) event.preventDefault();
    };
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  });
}
