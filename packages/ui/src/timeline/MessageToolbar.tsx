import type { MessageRow } from '@otr/protocol';
import { Reply, SmilePlus } from 'lucide-react';
import { memo } from 'react';
import { strings } from '../strings.ts';
import { MessageMenuTrigger } from './MessageMenu.tsx';
import { useCanWrite, useMessageActions } from './messageActions.ts';

interface MessageToolbarProps {
  row: MessageRow;
  label: string;
}

/**
 * Beside a message while the pointer or the focus is there. Where there is no pointer only the menu stands there,
 * which has everything. By keyboard: R, +, and Enter for the menu.
 */
export const MessageToolbar = memo(function MessageToolbar({ row, label }: MessageToolbarProps) {
  const { reply, pick } = useMessageActions();
  const canWrite = useCanWrite();
  return (
    <div className="messageToolbar">
      {canWrite && (
        <>
          <button
            type="button"
            className="iconButton messageTool"
            aria-label={strings.message.react}
            title={strings.message.react}
            tabIndex={-1}
            onClick={() => pick(row)}
          >
            <SmilePlus size={18} aria-hidden="true" />
          </button>
          <button
            type="button"
            className="iconButton messageTool"
            aria-label={strings.message.reply}
            title={strings.message.reply}
            tabIndex={-1}
            onClick={() => reply(row)}
          >
            <Reply size={18} aria-hidden="true" />
          </button>
        </>
      )}
      <MessageMenuTrigger row={row} label={label} />
    </div>
  );
});
