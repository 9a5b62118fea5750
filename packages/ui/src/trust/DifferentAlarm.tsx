import { OctagonX } from 'lucide-react';
import { strings } from '../strings.ts';

const text = strings.verify;

/** On a small screen it may come to be below what is seen. */
const intoSight = (element: HTMLElement | null) => element?.scrollIntoView({ block: 'nearest' });

/** That number or code is another one: what it means, and what to do. */
export function DifferentAlarm({ title, name }: { title: string; name: string }) {
  return (
    <div className="verifyDifferent" ref={intoSight}>
      <div className="verifyDanger" role="alert" data-testid="verify-different">
        <OctagonX size={22} aria-hidden="true" />
        <div>
          <h3>{title}</h3>
          <p>{text.differentText(name)}</p>
        </div>
      </div>
      <ol className="verifyTodo">
        {text.differentTodo(name).map((todo) => (
          <li key={todo}>{todo}</li>
        ))}
      </ol>
    </div>
  );
}
