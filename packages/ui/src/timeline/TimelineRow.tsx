import type { TimelineItem } from '@otr/client';
import { dayName } from '../app/times.ts';
import { strings } from '../strings.ts';
import { AlarmNote, Notice, RefusedNote } from './EventRow.tsx';
import { MessageItem } from './MessageItem.tsx';
import './row.css';

function Content({ item, highlighted, me }: Pick<TimelineRowProps, 'item' | 'highlighted' | 'me'>) {
  const { row, startsGroup, endsGroup } = item;
  switch (row.kind) {
    case 'message':
      return (
        <MessageItem
          row={row}
          startsGroup={startsGroup}
          endsGroup={endsGroup}
          highlighted={highlighted}
          me={me}
        />
      );
    case 'notice':
      return <Notice row={row} />;
    case 'refused':
      return <RefusedNote row={row} />;
    case 'alarm':
      return <AlarmNote row={row} />;
  }
}

interface TimelineRowProps {
  item: TimelineItem;
  index: number;
  highlighted: boolean;
  /** Our own pseudonym in the room. */
  me: string | undefined;
  /** The last row keeps a distance from the composer. */
  last: boolean;
}

/** A row with the separators that stand before it. */
export function TimelineRow({ item, index, highlighted, me, last }: TimelineRowProps) {
  return (
    <div className="timelineRow" data-index={index} data-last={last}>
      {item.newDay && (
        <div className="daySeparator">
          <span>{dayName(item.row.at)}</span>
        </div>
      )}
      {item.newMessages && (
        <div className="newDivider" data-testid="new-divider">
          <span>{strings.timeline.newMessages}</span>
        </div>
      )}
      <Content item={item} highlighted={highlighted} me={me} />
    </div>
  );
}
