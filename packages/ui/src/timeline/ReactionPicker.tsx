import { Popover } from '@base-ui/react/popover';
import { emoji as emojiSchema, type MessageRow } from '@otr/protocol';
import { type FormEvent, useId, useState } from 'react';
import { usePane } from '../app/pane.ts';
import { strings } from '../strings.ts';
import { commonEmoji } from './commonEmoji.ts';
import './reactions.css';

const text = strings.message;

interface ReactionPickerProps {
  /** The message to react to; null: closed. */
  row: MessageRow | null;
  me: string | undefined;
  onPick(row: MessageRow, emoji: string): void;
  onClose(): void;
}

/** A few common emoji, and a field for any other, beside the message. */
export function ReactionPicker({ row, me, onPick, onClose }: ReactionPickerProps) {
  const pane = usePane();
  const anchor = () => pane.current?.querySelector(`[data-message-id="${row?.id}"] .bubble`) ?? null;
  /** Back to the message, or to nothing where it is gone. */
  const giveBack = () => pane.current?.querySelector<HTMLElement>(`[data-message-id="${row?.id}"]`) ?? true;
  return (
    <Popover.Root open={row !== null} onOpenChange={(open) => !open && onClose()}>
      <Popover.Portal container={pane}>
        <Popover.Positioner
          className="menuPositioner"
          anchor={anchor}
          sideOffset={6}
          align="start"
          side="top"
        >
          <Popover.Popup className="menu reactionPicker" finalFocus={giveBack}>
            <Popover.Title className="visuallyHidden">{text.pickTitle}</Popover.Title>
            {row !== null && (
              <Choices
                given={
                  new Set(
                    row.reactions?.flatMap(({ emoji, from }) => (me && from.includes(me) ? [emoji] : [])),
                  )
                }
                onChoose={(emoji) => {
                  onPick(row, emoji);
                  onClose();
                }}
              />
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Choices({ given, onChoose }: { given: ReadonlySet<string>; onChoose(emoji: string): void }) {
  const id = useId();
  const [other, setOther] = useState('');
  const [bad, setBad] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    const parsed = emojiSchema.safeParse(other.trim());
    setBad(!parsed.success);
    if (parsed.success) onChoose(parsed.data);
  }

  return (
    <>
      <div className="emojiGrid">
        {commonEmoji.map(([emoji, name]) => (
          <button
            key={emoji}
            type="button"
            aria-label={name}
            title={name}
            aria-pressed={given.has(emoji)}
            onClick={() => onChoose(emoji)}
          >
            {emoji}
          </button>
        ))}
      </div>
      <form className="emojiOther" onSubmit={submit}>
        <input
          aria-label={text.pickOther}
          placeholder={text.pickOther}
          aria-invalid={bad}
          aria-describedby={`${id}-problem`}
          autoComplete="off"
          maxLength={64}
          value={other}
          onChange={(event) => {
            setOther(event.target.value);
            setBad(false);
          }}
        />
        <button type="submit" className="button" disabled={other.trim() === ''}>
          {text.pickUse}
        </button>
      </form>
      <p id={`${id}-problem`} className="formProblem" role="alert">
        {bad ? text.pickBad : ''}
      </p>
    </>
  );
}
