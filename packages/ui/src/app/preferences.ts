import { useSyncExternalStore } from 'react';

/** What this browser remembers of the person's taste; nothing of any conversation. */
export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  /** What a notification may tell. `who` by default: the system may keep what it shows. */
  notify: 'off' | 'who' | 'text';
  membersShown: boolean;
  /** Says that a passphrase can be set, until the person does not want to hear it. */
  passphraseHint: boolean;
}

const storageKey = 'otr-preferences';
const defaults: Preferences = { theme: 'system', notify: 'off', membersShown: true, passphraseHint: true };
const listeners = new Set<() => void>();
let current: Preferences | null = null;

function oneOf<Value extends string>(value: unknown, allowed: readonly Value[], otherwise: Value): Value {
  return allowed.find((candidate) => candidate === value) ?? otherwise;
}

/** Anything may stand in storage: each field is checked by itself. */
function parse(text: string | null): Preferences {
  try {
    const stored: Partial<Record<keyof Preferences, unknown>> = JSON.parse(text ?? '{}') ?? {};
    return {
      theme: oneOf(stored.theme, ['system', 'light', 'dark'], defaults.theme),
      notify: oneOf(stored.notify, ['off', 'who', 'text'], defaults.notify),
      membersShown: stored.membersShown !== false,
      passphraseHint: stored.passphraseHint !== false,
    };
  } catch {
    return defaults;
  }
}

export function readPreferences(): Preferences {
  current ??= parse(localStorage.getItem(storageKey));
  return current;
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...readPreferences(), ...change };
  localStorage.setItem(storageKey, JSON.stringify(current));
  applyTheme(current.theme);
  for (const listener of listeners) listener();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, readPreferences);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The colours are in theme.css, by `color-scheme`; the system decides unless the person did. */
export function applyTheme(theme: Preferences['theme']): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
