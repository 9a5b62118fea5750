import type { Member, MessageRow } from '@otr/protocol';
import { createContext, useContext } from 'react';

/** Which dialog is open. */
export type DialogState =
  | { kind: 'create' }
  | { kind: 'join' }
  /** `link`: of an invite that there is; otherwise the room's open one. */
  | { kind: 'invite'; room: string; link?: string }
  /** `member`: its key. */
  | { kind: 'verify'; room: string; member: string }
  | { kind: 'newInvite'; room: string }
  | { kind: 'rename'; room: string }
  | { kind: 'leave'; room: string }
  | { kind: 'removeMember'; room: string; member: Member }
  | { kind: 'deleteMessage'; row: MessageRow }
  | { kind: 'rewrite'; row: MessageRow }
  | { kind: 'search'; within: string | null }
  | { kind: 'protect'; change: 'set' | 'change' | 'remove' | 'idle' }
  | { kind: 'receipts'; row: MessageRow }
  | { kind: 'settings' }
  | { kind: 'shortcuts' }
  | { kind: 'switcher' };

export type OpenDialog = (dialog: DialogState | null) => void;

export const DialogContext = createContext<OpenDialog>(() => {});

/** Puts the focus where one writes, when a dialog has closed; false: there is no such place now. */
export const WritingContext = createContext<() => boolean>(() => false);

/** Begins a whisper to a member (its key) in the open room. */
export const WhisperContext = createContext<(member: string) => void>(() => {});

/** The way to open a dialog in place of the open one, or to close it (`null`). */
export function useDialogs(): OpenDialog {
  return useContext(DialogContext);
}
