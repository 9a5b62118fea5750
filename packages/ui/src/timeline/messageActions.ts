import type { MessageRow } from '@otr/protocol';
import { createContext, useContext } from 'react';

/** What can be done with a message from its row, its toolbar and its menu. */
export interface MessageActions {
  reply(row: MessageRow): void;
  quote(row: MessageRow): void;
  edit(row: MessageRow): void;
  remove(row: MessageRow): void;
  /** Gives a reaction or takes it back. */
  react(row: MessageRow, emoji: string): void;
  /** Opens the picker of reactions beside the message. */
  pick(row: MessageRow): void;
  goToMessage(id: string): void;
}

const nothing = () => {};
export const MessageActionsContext = createContext<MessageActions>({
  reply: nothing,
  quote: nothing,
  edit: nothing,
  remove: nothing,
  react: nothing,
  pick: nothing,
  goToMessage: nothing,
});

export function useMessageActions(): MessageActions {
  return useContext(MessageActionsContext);
}

/** Whether messages of this room can be answered, reacted to and changed now. */
export const CanWriteContext = createContext(true);

export function useCanWrite(): boolean {
  return useContext(CanWriteContext);
}
