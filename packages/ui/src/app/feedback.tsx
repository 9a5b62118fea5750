import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import './feedback.css';

/** Short words to the person: on screen (`say`) or to a screen reader only (`announce`). */
export interface Feedback {
  say(text: string): void;
  announce(text: string): void;
}

const FeedbackContext = createContext<Feedback>({ say: () => {}, announce: () => {} });

export function useFeedback(): Feedback {
  return useContext(FeedbackContext);
}

const shownFor = 4_000;

/** The two live regions stand in the page from the start: a region that appears with its text is not read out. */
export function FeedbackProvider({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: '', turn: 0 });
  const [announced, setAnnounced] = useState('');
  const say = useCallback((text: string) => setSaid(({ turn }) => ({ text, turn: turn + 1 })), []);
  const feedback = useMemo(() => ({ say, announce: setAnnounced }), [say]);

  useEffect(() => {
    if (said.text === '') return;
    const timer = setTimeout(() => setSaid(({ turn }) => ({ text: '', turn })), shownFor);
    return () => clearTimeout(timer);
  }, [said]);

  // What was read out does not stay in the page: the message may be deleted, or disappear.
  useEffect(() => {
    if (announced === '') return;
    const timer = setTimeout(() => setAnnounced(''), shownFor);
    return () => clearTimeout(timer);
  }, [announced]);

  return (
    <FeedbackContext value={feedback}>
      {children}
      <div className="feedback" role="status">
        {said.text !== '' && (
          <span key={said.turn} className="feedbackText">
            {said.text}
          </span>
        )}
      </div>
      <div className="visuallyHidden" aria-live="polite" aria-atomic="true" data-testid="announcer">
        {announced}
      </div>
    </FeedbackContext>
  );
}
