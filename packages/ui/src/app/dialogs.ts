import type { MessageRow } from '@otr/protocol';
import { createContext, useContext } from 'react';

/** Which dialog is open. */
export type DialogState =
  | { kind: 'create' }
  | { kind: 'join' }
  | { kind: 'invite'; room: string }
  | { kind: 'rename'; room: string }
  | { kind: 'leave'; room: string }
  | { kind: 'receipts'; row: MessageRow }
  | { kind: 'settings' }
  | { kind: 'shortcuts' }
  | { kind: 'switcher' };

export type OpenDialog = (dialog: DialogState | null) => void;

export const DialogContext = createContext<OpenDialog>(() => {});

/** The way to open a dialog in place of the open one, or to close it (`null`). */
export function useDialogs(): OpenDialog {
  return useContext(DialogContext);
}
