import type { SafetyNumber, Trust } from '@otr/protocol';
import { useEffect, useState } from 'react';
import { useStore } from '../app/useStore.ts';

export type NumberState =
  | { kind: 'loading' }
  | { kind: 'known'; value: SafetyNumber }
  /** The member has not shown who it is, or is gone: why, as a sentence. */
  | { kind: 'none'; why: string };

/** The number of oneself and a member; asked for again when what is known of the member changes. */
export function useSafetyNumber(room: string, member: string, trust: Trust | undefined): NumberState {
  const store = useStore();
  const [state, setState] = useState<NumberState>({ kind: 'loading' });

  useEffect(() => {
    if (trust === undefined) return;
    let wanted = true;
    void store.getSafetyNumber(room, member).then((answer) => {
      if (!wanted) return;
      setState(
        answer.ok ? { kind: 'known', value: answer.value } : { kind: 'none', why: answer.error.message },
      );
    });
    return () => {
      wanted = false;
    };
  }, [store, room, member, trust]);

  return state;
}
