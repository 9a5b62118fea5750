import type { MessageRow, RoomSummary } from '@otr/protocol';
import { type RefObject, useMemo } from 'react';
import { useDialogs } from '../app/dialogs.ts';
import { goTo } from '../app/route.ts';
import { useAsk } from '../app/useAsk.ts';
import { useStore } from '../app/useStore.ts';
import type { ComposerHandle } from '../composer/Composer.tsx';
import type { MessageActions } from '../timeline/messageActions.ts';

/** What the messages of an open room can have done with them. One value for a room: rows that did not change stay. */
export function useRoomActions(
  { room, me }: RoomSummary,
  composer: RefObject<ComposerHandle | null>,
  pick: (row: MessageRow) => void,
): MessageActions {
  const store = useStore();
  const openDialog = useDialogs();
  const ask = useAsk();
  return useMemo(
    () => ({
      reply: (row) => composer.current?.reply(row),
      quote: (row) => composer.current?.quote(row.text),
      edit: (row) => composer.current?.edit(row),
      remove: (row) => openDialog({ kind: 'deleteMessage', row }),
      react(row, emoji) {
        const given = row.reactions?.find((reaction) => reaction.emoji === emoji)?.from ?? [];
        void ask(store.react(room, row.id, emoji, me === null || !given.includes(me)));
      },
      pick,
      goToMessage: (id) => goTo(room, id),
    }),
    [store, ask, openDialog, composer, pick, room, me],
  );
}
