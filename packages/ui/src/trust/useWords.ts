import { useEffect, useState } from 'react';
import { useFeedback } from '../app/feedback.tsx';
import { useAsk } from '../app/useAsk.ts';
import { useStore, useView } from '../app/useStore.ts';
import { strings } from '../strings.ts';

/** Where an exchange of three words is. */
export type WordsStage =
  | { kind: 'none' }
  /** We read these out, and wait. */
  | { kind: 'reading'; words: readonly string[] }
  /** The other reads words out: ours is to enter them. */
  | { kind: 'asked' }
  /** What we entered is being compared. */
  | { kind: 'comparing' }
  | { kind: 'wrong' }
  | { kind: 'stopped' };

export interface Words {
  stage: WordsStage;
  start(): Promise<void>;
  enter(words: string): Promise<void>;
  stop(): Promise<void>;
  /** To the beginning, after an end that the person has seen. */
  again(): void;
  /** The dialog closes: words that are shown on no screen any more are of no use. */
  leave(): void;
}

type Own = { kind: 'none' } | { kind: 'reading'; words: readonly string[] } | { kind: 'comparing' };

interface Partner {
  /** The member's key. */
  key: string;
  name: string;
  /** It is known to wait for our words, also from before this page was opened. */
  asks: boolean;
}

/** One exchange of words, as this page and the proxy know it. */
export function useWords(room: string, { key: member, name, asks }: Partner): Words {
  const store = useStore();
  const ask = useAsk();
  const told = useView((view) => view.words.get(room)?.get(member));
  const { say } = useFeedback();
  const [own, setOwn] = useState<Own>({ kind: 'none' });

  useEffect(() => {
    if (told === undefined || told === 'asked') return;
    setOwn({ kind: 'none' });
    if (told === 'verified') say(strings.verify.done(name));
  }, [told, name, say]);

  function stageNow(): WordsStage {
    if (told === 'wrong' || told === 'stopped') return { kind: told };
    if (own.kind !== 'none') return own;
    return told === 'asked' || asks ? { kind: 'asked' } : { kind: 'none' };
  }

  return {
    stage: stageNow(),
    async start() {
      const answer = store.startWords(room, member);
      if (!(await ask(answer))) return;
      const result = await answer;
      if (result.ok) setOwn({ kind: 'reading', words: result.value.words });
    },
    async enter(words) {
      setOwn({ kind: 'comparing' });
      if (!(await ask(store.enterWords(room, member, words)))) setOwn({ kind: 'none' });
    },
    async stop() {
      setOwn({ kind: 'none' });
      await ask(store.stopWords(room, member));
    },
    again() {
      setOwn({ kind: 'none' });
      store.forgetWords(room, member);
    },
    leave() {
      if (own.kind === 'reading' && told === undefined) void store.stopWords(room, member);
      if (told !== 'asked') store.forgetWords(room, member);
    },
  };
}
