import type { Result } from '@otr/protocol';
import { useCallback } from 'react';
import { useFeedback } from './feedback.tsx';

/** Waits for an answer of the proxy and says a refusal on screen. True: it was done, and `done` is said. */
export function useAsk(): (answer: Promise<Result<unknown>>, done?: string) => Promise<boolean> {
  const { say } = useFeedback();
  return useCallback(
    async (answer, done) => {
      const result = await answer;
      if (!result.ok) say(result.error.message);
      else if (done !== undefined) say(done);
      return result.ok;
    },
    [say],
  );
}
