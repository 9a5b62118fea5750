import { Timer } from 'lucide-react';
import { useEffect, useState } from 'react';
import { wholeTime } from '../app/times.ts';
import { strings } from '../strings.ts';
import { timeLeft } from './timeLeft.ts';

/** The browser's timers count to 24 days at most. */
const longestWait = 2 ** 31 - 1;

/** How long a message stays. Renders itself when its text changes, and nothing else. */
export function Countdown({ expiresAt }: { expiresAt: number }) {
  const [now, setNow] = useState(Date.now);

  useEffect(() => {
    const { changesIn } = timeLeft(expiresAt - now);
    if (changesIn === Number.POSITIVE_INFINITY) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.min(changesIn + 5, longestWait));
    return () => clearTimeout(timer);
  }, [expiresAt, now]);

  const label = strings.message.disappears(wholeTime(expiresAt));
  return (
    <span className="countdown" role="img" aria-label={label} title={label} data-testid="countdown">
      <Timer size={13} aria-hidden="true" />
      <span aria-hidden="true">{timeLeft(expiresAt - now).text}</span>
    </span>
  );
}
