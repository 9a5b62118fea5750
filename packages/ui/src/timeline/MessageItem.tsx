import type { MessageRow } from '@otr/protocol';
import { Ban, Check, CheckCheck, Clock3, Eye } from 'lucide-react';
import { memo } from 'react';
import { clockTime, wholeTime } from '../app/times.ts';
import { Avatar, hueOf } from '../members/Avatar.tsx';
import { strings } from '../strings.ts';
import { Countdown } from './Countdown.tsx';
import { MessageText } from './MessageText.tsx';
import { MessageToolbar } from './MessageToolbar.tsx';
import { Reactions } from './Reactions.tsx';
import { ReplyQuote } from './ReplyQuote.tsx';
import { useReceipt } from './useReceipt.ts';
import './message.css';
import './reactions.css';

const deliveryIcons = { saved: Clock3, relay: Check, some: CheckCheck, all: CheckCheck } as const;

type Receipt = ReturnType<typeof useReceipt>;

interface MessageItemProps {
  row: MessageRow;
  startsGroup: boolean;
  endsGroup: boolean;
  /** A link pointed at it. */
  highlighted: boolean;
  /** Our own pseudonym in the room. */
  me: string | undefined;
}

/** Where an own message is: on this computer, at the relay, received, read. */
function Delivery({ receipt }: { receipt: Receipt }) {
  const Icon = deliveryIcons[receipt.state];
  return (
    <span
      className="delivery"
      data-state={receipt.state}
      title={receipt.text}
      role="img"
      aria-label={receipt.text}
    >
      {receipt.state === 'some' && <span aria-hidden="true">{receipt.counts}</span>}
      <Icon size={15} aria-hidden="true" />
      {receipt.read > 0 && (
        <span className="deliveryRead" aria-hidden="true">
          <Eye size={14} />
          {receipt.read}
        </span>
      )}
    </span>
  );
}

function Meta({ row, time, receipt }: { row: MessageRow; time: string; receipt: Receipt }) {
  return (
    <div className="messageMeta">
      {row.editedAt !== undefined && row.deleted === undefined && (
        <span title={strings.message.editedAt(wholeTime(row.editedAt))}>{strings.message.edited}</span>
      )}
      {row.expiresAt !== undefined && <Countdown expiresAt={row.expiresAt} />}
      <time dateTime={new Date(row.at).toISOString()} title={wholeTime(row.at)}>
        {time}
      </time>
      {row.own && <Delivery receipt={receipt} />}
    </div>
  );
}

function Deleted({ own }: { own: boolean }) {
  return (
    <p className="messageDeleted">
      <Ban size={15} aria-hidden="true" />
      {own ? strings.message.deletedOwn : strings.message.deleted}
    </p>
  );
}

/** One message in its bubble. Its focus is moved by the timeline (arrow keys), not by Tab. */
export const MessageItem = memo(function MessageItem(props: MessageItemProps) {
  const { row, startsGroup, endsGroup, highlighted, me } = props;
  const receipt = useReceipt(row);
  const speaker = row.own ? strings.timeline.you : row.name;
  const time = clockTime(row.at);
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
      <div className="messageColumn">
        <div className="bubble" data-deleted={row.deleted === true}>
          {!row.own && startsGroup && (
            <div className="messageName" data-hue={hueOf(row.name)}>
              {row.name}
            </div>
          )}
          {row.replyTo !== undefined && row.deleted === undefined && <ReplyQuote replyTo={row.replyTo} />}
          <div className="bubbleBody">
            {row.deleted ? <Deleted own={row.own} /> : <MessageText id={row.id} text={row.text} />}
            <Meta row={row} time={time} receipt={receipt} />
          </div>
        </div>
        {row.deleted === undefined && <Reactions row={row} me={me} />}
      </div>
      {row.deleted === undefined && (
        <MessageToolbar row={row} label={strings.message.actions(speaker, time)} />
      )}
    </article>
  );
});
