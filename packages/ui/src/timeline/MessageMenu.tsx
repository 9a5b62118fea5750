import { Menu } from '@base-ui/react/menu';
import type { MessageRow } from '@otr/protocol';
import { CheckCheck, Copy, Ellipsis, Link2, Quote } from 'lucide-react';
import { copyText } from '../app/copy.ts';
import { useDialogs } from '../app/dialogs.ts';
import { useFeedback } from '../app/feedback.tsx';
import { usePane } from '../app/pane.ts';
import { routeAddress } from '../app/route.ts';
import { strings } from '../strings.ts';
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

export function MessageMenu({ onQuote }: { onQuote(row: MessageRow): void }) {
  const { say } = useFeedback();
  const openDialog = useDialogs();
  const pane = usePane();

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
                  <Menu.Item className="menuItem" onClick={() => onQuote(row)}>
                    <Quote size={16} aria-hidden="true" />
                    {strings.message.quote}
                  </Menu.Item>
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
                  {row.own && (
                    <Menu.Item className="menuItem" onClick={() => openDialog({ kind: 'receipts', row })}>
                      <CheckCheck size={16} aria-hidden="true" />
                      {strings.message.details}
                    </Menu.Item>
                  )}
                </>
              )}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      )}
    </Menu.Root>
  );
}
