import { useEffect } from 'react';
import { useFeedback } from '../app/feedback.tsx';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';

/** Says that somebody reads words to us in a room that is not open: its bar is not on the screen. */
export function useWordsNews(): void {
  const store = useStore();
  const { say } = useFeedback();
  useEffect(
    () =>
      store.client.on('words', ({ room, name, state }) => {
        const { openRoom, rooms } = store.getSnapshot();
        const where = rooms.find((known) => known.room === room);
        if (state === 'asked' && room !== openRoom && where !== undefined)
          say(strings.asks.wordsElsewhere(name, where.name));
      }),
    [store, say],
  );
}
