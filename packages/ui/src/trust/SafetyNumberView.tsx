import type { SafetyNumber } from '@otr/protocol';
import { strings } from '../strings.ts';

const text = strings.verify;

/** Digit by digit: a group is not a number of thousands. */
function spelled(number: string): string {
  return number
    .split(' ')
    .map((group) => [...group].join(' '))
    .join(', ');
}

/** The digits, large and in groups, and the same number as pictures with their names. */
export function SafetyNumberView({ number: { number, emoji } }: { number: SafetyNumber }) {
  return (
    <>
      <div
        className="safetyNumber"
        role="img"
        aria-label={text.numberLabel(spelled(number))}
        data-testid="safety-number"
        data-number={number}
      >
        {number.split(' ').map((group, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a group is its place, and may come twice
          <span key={index}>{group}</span>
        ))}
      </div>
      <h3 className="listHeading">{text.emoji}</h3>
      <ol className="safetyEmoji" data-testid="safety-emoji">
        {emoji.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a picture is its place, and may come twice
          <li key={index}>
            <span aria-hidden="true">{one.emoji}</span>
            {one.name}
          </li>
        ))}
      </ol>
    </>
  );
}
