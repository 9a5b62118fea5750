import type { MessageRow } from '@otr/protocol';
import { hueOf } from '../members/Avatar.tsx';
import { strings } from '../strings.ts';
import { useMessageActions } from './messageActions.ts';

/** What a message answers, as it read then; a click leads to it. */
export function ReplyQuote({ replyTo }: { replyTo: NonNullable<MessageRow['replyTo']> }) {
  const { goToMessage } = useMessageActions();
  return (
    <button
      type="button"
      className="replyQuote"
      data-hue={hueOf(replyTo.name)}
      data-testid="reply-quote"
      tabIndex={-1}
      onClick={() => goToMessage(replyTo.id)}
    >
      <span className="visuallyHidden">{strings.message.answers}</span>
      <span className="replyName">{replyTo.name}</span>
      <span className="replyText" dir="auto">
        {replyTo.text === '' ? strings.message.deleted : replyTo.text}
      </span>
    </button>
  );
}
