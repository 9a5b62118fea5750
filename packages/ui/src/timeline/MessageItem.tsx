import { isDoubtful } from '@otr/client';
import type { MessageRow } from '@otr/protocol';
import { Ban, Check, CheckCheck, Clock3, Ear, Eye } from 'lucide-react';
import { memo } from 'react';
import { clockTime, wholeTime } from '../app/times.ts';
import { Avatar, hueOf } from '../members/Avatar.tsx';
import { strings } from '../strings.ts';
import { SenderMark } from '../trust/SenderMark.tsx';
import { Countdown } from './Countdown.tsx';
import { MessageText } from './MessageText.tsx';
import { MessageToolbar } from './MessageToolbar.tsx';
import { Reactions } from './Reactions.tsx';
import { ReplyQuote } from './ReplyQuote.tsx';
import { useReceipt } from './useReceipt.ts';
import { whisperText } from './whisperText.ts';
import './message.css';
import './reactions.css';

const deliveryIcons = { saved: Clock3, relay: Check, some: CheckCheck, all: CheckCheck } as const;

interface MessageItemProps {
  row: MessageRow;
  startsGroup: boolean;
  endsGroup: boolean;
  /** A link pointed at it. */
  highlighted: boolean;
  /** Our own pseudonym in the room. */
  me: string | undefined;
}

/** Where an own message is: on this computer, at the relay, received, read. The rest of the row need not know. */
function Delivery({ row }: { row: MessageRow }) {
  const receipt = useReceipt(row);
  const Icon = deliveryIcons[receipt.state];
  return (
    <span
      className="delivery"
      data-delivery={receipt.state}
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

function Meta({ row, time }: { row: MessageRow; time: string }) {
  return (
    <div className="messageMeta">
      {row.editedAt !== undefined && row.deleted === undefined && (
        <span title={strings.message.editedAt(wholeTime(row.editedAt))}>{strings.message.edited}</span>
      )}
      {row.expiresAt !== undefined && <Countdown expiresAt={row.expiresAt} />}
      <time dateTime={new Date(row.at).toISOString()} title={wholeTime(row.at)}>
        {time}
      </time>
      {row.own && <Delivery row={row} />}
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

/** What is seen at a glance is said at once: who, when, for whom, and whether it is doubtful who that was. */
function labelOf(row: MessageRow, speaker: string, time: string, me: string | undefined): string {
  const also = [
    ...(row.whisper === undefined ? [] : [whisperText(row.whisper, me)]),
    ...(isDoubtful(row.trust) ? [strings.trust.marks[row.trust]] : []),
  ];
  return `${strings.timeline.messageFrom(speaker, time)}${also.map(strings.timeline.also).join('')}`;
}

/** One message in its bubble. Its focus is moved by the timeline (arrow keys), not by Tab. */
export const MessageItem = memo(function MessageItem(props: MessageItemProps) {
  const { row, startsGroup, endsGroup, highlighted, me } = props;
  const speaker = row.own ? strings.timeline.you : row.name;
  const time = clockTime(row.at);
  return (
    <article
      className={`message rowFocus ${row.own ? 'own' : 'others'}`}
      data-testid="message"
      data-message-id={row.id}
      data-starts={startsGroup}
      data-ends={endsGroup}
      data-highlighted={highlighted}
      data-whisper={row.whisper !== undefined}
      aria-label={labelOf(row, speaker, time, me)}
      tabIndex={-1}
    >
      {!row.own && startsGroup && <Avatar seed={row.name} name={row.name} size={34} />}
      <div className="messageColumn">
        <div className="bubble" data-deleted={row.deleted === true}>
          {!row.own && startsGroup && (
            <div className="messageHead">
              <span className="messageName" data-hue={hueOf(row.name)}>
                {row.name}
              </span>
              <SenderMark trust={row.trust} />
            </div>
          )}
          {startsGroup && row.whisper !== undefined && (
            <p className="whisperMark" data-testid="whisper-mark">
              <Ear size={14} aria-hidden="true" />
              {whisperText(row.whisper, me)}
            </p>
          )}
          {row.replyTo !== undefined && row.deleted === undefined && <ReplyQuote replyTo={row.replyTo} />}
          <div className="bubbleBody">
            {row.deleted ? <Deleted own={row.own} /> : <MessageText id={row.id} text={row.text} />}
            <Meta row={row} time={time} />
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
