import type { MessageRow } from '@otr/protocol';
import { Check, CheckCheck, Clock3 } from 'lucide-react';
import { memo } from 'react';
import { clockTime, wholeTime } from '../app/times.ts';
import { Avatar, hueOf } from '../members/Avatar.tsx';
import { strings } from '../strings.ts';
import { MessageMenuTrigger } from './MessageMenu.tsx';
import { MessageText } from './MessageText.tsx';
import { useReceipt } from './useReceipt.ts';
import './message.css';

const deliveryIcons = { saved: Clock3, relay: Check, some: CheckCheck, all: CheckCheck } as const;

interface MessageItemProps {
  row: MessageRow;
  startsGroup: boolean;
  endsGroup: boolean;
  /** A link pointed at it. */
  highlighted: boolean;
}

/** One message in its bubble. Its focus is moved by the timeline (arrow keys), not by Tab. */
export const MessageItem = memo(function MessageItem(props: MessageItemProps) {
  const { row, startsGroup, endsGroup, highlighted } = props;
  const receipt = useReceipt(row);
  const speaker = row.own ? strings.timeline.you : row.name;
  const time = clockTime(row.at);
  const Icon = deliveryIcons[receipt.state];
  return (
    <article
      className={`message rowFocus ${row.own ? 'own' : 'others'}`}
      data-testid="message"
      data-message-id={row.id}
      data-delivery={receipt.state}
      data-starts={startsGroup}
      data-ends={endsGroup}
      data-highlighted={highlighted}
      aria-label={strings.timeline.messageFrom(speaker, time)}
      tabIndex={-1}
    >
      {!row.own && startsGroup && <Avatar seed={row.name} name={row.name} size={34} />}
      <div className="bubble">
        {!row.own && startsGroup && (
          <div className="messageName" data-hue={hueOf(row.name)}>
            {row.name}
          </div>
        )}
        <div className="bubbleBody">
          <MessageText id={row.id} text={row.text} />
          <div className="messageMeta">
            <time dateTime={new Date(row.at).toISOString()} title={wholeTime(row.at)}>
              {time}
            </time>
            {row.own && (
              <span
                className="delivery"
                data-state={receipt.state}
                title={receipt.text}
                role="img"
                aria-label={receipt.text}
              >
                {receipt.state === 'some' && <span aria-hidden="true">{receipt.counts}</span>}
                <Icon size={15} aria-hidden="true" />
              </span>
            )}
          </div>
        </div>
      </div>
      <MessageMenuTrigger row={row} label={strings.message.actions(speaker, time)} />
    </article>
  );
});
