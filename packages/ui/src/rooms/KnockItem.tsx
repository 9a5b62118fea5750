import type { KnockSummary } from '@otr/protocol';
import { useState } from 'react';
import { useAsk } from '../app/useAsk.ts';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';

const text = strings.knocks;

/** Who it is, in a sentence. */
export function knockText({ name, returning }: KnockSummary): string {
  return returning === undefined ? text.asks(name) : text.returns(name, returning);
}

interface KnockItemProps {
  room: string;
  knock: KnockSummary;
  /** It will be gone: the focus has to go somewhere. */
  onDecided(): void;
}

/** Somebody who wants to come in, and the two answers. */
export function KnockItem({ room, knock, onDecided }: KnockItemProps) {
  const store = useStore();
  const ask = useAsk();
  const [working, setWorking] = useState(false);
  const name = knock.name || (knock.returning ?? '');

  async function decide(answer: ReturnType<typeof store.admitKnock>) {
    setWorking(true);
    if (await ask(answer)) onDecided();
    setWorking(false);
  }

  return (
    <div className="knock" data-testid="knock">
      <div className="knockText">
        <p>{knockText(knock)}</p>
        {knock.approval && <p className="knockHint">{text.check}</p>}
        {!knock.approval && <p className="knockHint">{text.comesIn}</p>}
      </div>
      {knock.approval && (
        <div className="knockActions">
          <button
            type="button"
            className="button primary"
            aria-label={text.letInLabel(name)}
            disabled={working}
            onClick={() => decide(store.admitKnock(room, knock.id))}
          >
            {text.letIn}
          </button>
          <button
            type="button"
            className="button"
            aria-label={text.refuseLabel(name)}
            disabled={working}
            onClick={() => decide(store.refuseKnock(room, knock.id))}
          >
            {text.refuse}
          </button>
        </div>
      )}
    </div>
  );
}
