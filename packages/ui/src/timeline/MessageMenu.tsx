import { Menu } from '@base-ui/react/menu';
import type { MessageRow } from '@otr/protocol';
import {
  CheckCheck,
  Copy,
  Ellipsis,
  History,
  Info,
  Link2,
  Pencil,
  Quote,
  Reply,
  SmilePlus,
  Trash2,
} from 'lucide-react';
import { copyText } from '../app/copy.ts';
import { useDialogs } from '../app/dialogs.ts';
import { useFeedback } from '../app/feedback.tsx';
import { usePane } from '../app/pane.ts';
import { routeAddress } from '../app/route.ts';
import { strings } from '../strings.ts';
import { quickEmoji } from './commonEmoji.ts';
import { useCanWrite, useMessageActions } from './messageActions.ts';
import '../dialogs/menu.css';

/** One menu serves all messages: each trigger hands it its row. */
const handle = Menu.createHandle<MessageRow>();

export function MessageMenuTrigger({ row, label }: { row: MessageRow; label: string }) {
  return (
    <Menu.Trigger
      handle={handle}
      payload={row}
      className="iconButton messageMenuTrigger"
      aria-label={label}
      tabIndex={-1}
    >
      <Ellipsis size={18} aria-hidden="true" />
    </Menu.Trigger>
  );
}

/** The reactions at hand, in one line; the last of it opens the picker. */
function QuickReactions({ row }: { row: MessageRow }) {
  const { react, pick } = useMessageActions();
  return (
    <div className="quickReactions">
      {quickEmoji.map(([emoji, name]) => (
        <Menu.Item key={emoji} className="quickReaction" aria-label={name} onClick={() => react(row, emoji)}>
          {emoji}
        </Menu.Item>
      ))}
      <Menu.Item
        className="quickReaction"
        aria-label={strings.message.reactMore}
        // After the menu has closed and given the focus back.
        onClick={() => setTimeout(() => pick(row), 50)}
      >
        <SmilePlus size={18} aria-hidden="true" />
      </Menu.Item>
    </div>
  );
}

/** What changes a message or answers it. */
function WritingItems({ row }: { row: MessageRow }) {
  const { reply, quote, edit, remove } = useMessageActions();
  return (
    <>
      <QuickReactions row={row} />
      <Menu.Item className="menuItem" onClick={() => reply(row)}>
        <Reply size={16} aria-hidden="true" />
        {strings.message.reply}
      </Menu.Item>
      <Menu.Item className="menuItem" onClick={() => quote(row)}>
        <Quote size={16} aria-hidden="true" />
        {strings.message.quote}
      </Menu.Item>
      {row.own && (
        <>
          <Menu.Item className="menuItem" onClick={() => edit(row)}>
            <Pencil size={16} aria-hidden="true" />
            {strings.message.edit}
          </Menu.Item>
          <Menu.Item className="menuItem danger" onClick={() => remove(row)}>
            <Trash2 size={16} aria-hidden="true" />
            {strings.message.delete}
          </Menu.Item>
        </>
      )}
      <div className="menuLine" />
    </>
  );
}

export function MessageMenu() {
  const { say } = useFeedback();
  const openDialog = useDialogs();
  const pane = usePane();
  const canWrite = useCanWrite();

  async function copy(text: string, done: string) {
    say((await copyText(text)) ? done : strings.message.copyFailed);
  }

  return (
    <Menu.Root handle={handle}>
      {({ payload: row }) => (
        <Menu.Portal container={pane}>
          <Menu.Positioner className="menuPositioner" sideOffset={4} align="start">
            <Menu.Popup className="menu">
              {row !== undefined && (
                <>
                  {canWrite && <WritingItems row={row} />}
                  <Menu.Item className="menuItem" onClick={() => copy(row.text, strings.message.textCopied)}>
                    <Copy size={16} aria-hidden="true" />
                    {strings.message.copyText}
                  </Menu.Item>
                  <Menu.Item
                    className="menuItem"
                    onClick={() => copy(routeAddress(row.room, row.id), strings.message.linkCopied)}
                  >
                    <Link2 size={16} aria-hidden="true" />
                    {strings.message.copyLink}
                  </Menu.Item>
                  <Menu.Item className="menuItem" onClick={() => openDialog({ kind: 'rewrite', row })}>
                    <History size={16} aria-hidden="true" />
                    {strings.rewrite.item}
                  </Menu.Item>
                  <Menu.Item className="menuItem" onClick={() => openDialog({ kind: 'receipts', row })}>
                    {row.own ? (
                      <CheckCheck size={16} aria-hidden="true" />
                    ) : (
                      <Info size={16} aria-hidden="true" />
                    )}
                    {row.own ? strings.message.details : strings.message.about}
                  </Menu.Item>
                </>
              )}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      )}
    </Menu.Root>
  );
}
