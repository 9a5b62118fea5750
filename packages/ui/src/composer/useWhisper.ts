import type { Member, RoomSummary } from '@otr/protocol';
import { useState } from 'react';
import { useStore } from '../app/useStore.ts';
import { membersByKey } from '../members/membersByKey.ts';
import { strings } from '../strings.ts';

/** Somebody who is whispered to. */
export interface Addressee {
  readonly key: string;
  readonly name: string;
  readonly isHere: boolean;
}

/** For whom the box is. The choice stays until it is left: after sending, and when the room is opened again. */
export interface Whisper {
  /** Empty: for everybody. */
  readonly to: readonly Addressee[];
  readonly on: boolean;
  /** Those of them who are in the room now. */
  readonly here: readonly string[];
  choose(keys: readonly string[], text: string): void;
  keep(text: string): void;
}

export function useWhisper(room: RoomSummary, members: readonly Member[]): Whisper {
  const store = useStore();
  const [keys, setKeys] = useState<readonly string[]>(() => store.whisperDraftOf(room.room)?.to ?? []);
  const known = membersByKey(members);
  const to = keys.map((key): Addressee => {
    const member = known.get(key);
    return { key, name: member?.name ?? strings.whispers.someone, isHere: member !== undefined };
  });

  return {
    to,
    on: keys.length > 0,
    here: to.filter(({ isHere }) => isHere).map(({ key }) => key),
    /** What is in the box goes with the choice: it is a draft for everybody no more, or one again. */
    choose(next, text) {
      setKeys(next);
      store.setWhisperDraft(room.room, { to: next, text });
      if (next.length > 0 && keys.length === 0) store.setDraft(room.room, '');
      if (next.length === 0) store.setDraft(room.room, text);
    },
    keep: (text) => store.setWhisperDraft(room.room, { to: keys, text }),
  };
}
