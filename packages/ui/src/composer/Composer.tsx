import { limits, type RoomSummary } from '@otr/protocol';
import { SendHorizontal } from 'lucide-react';
import { type KeyboardEvent, type Ref, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import './composer.css';

/** What the page asks of the composer. */
export interface ComposerHandle {
  focus(): void;
  quote(text: string): void;
}

interface ComposerProps {
  room: RoomSummary;
  /** After a message has gone out. */
  onSent(): void;
  /** ↑ in the empty box. */
  onUp(): void;
  ref: Ref<ComposerHandle>;
}

const utf8 = new TextEncoder();

/** The text as Markdown quotes it, ready to be answered. */
function quoted(text: string): string {
  return `${text.replace(/^/gm, '> ')}\n\n`;
}

/** Whether a message that was not confirmed has been stored, nobody knows; sending it again is safe. */
function problemOf({ code, message }: { code: string; message: string }): string {
  const unsure = code === 'timedOut' || code === 'proxyUnreachable' || code === 'internal';
  return unsure ? strings.composer.unsure : `${strings.composer.failed} ${message}`;
}

/** Milliseconds of silence after which the person is told that the message is still on its way. */
const patienceMs = 1_000;

/** Grows with its text up to the height that composer.css allows. One composer per room: its draft is the room's. */
export function Composer({ room, onSent, onUp, ref }: ComposerProps) {
  const store = useStore();
  const box = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => store.draftOf(room.room));
  const [problem, setProblem] = useState('');
  const [waiting, setWaiting] = useState(false);
  const over = utf8.encode(text).length - limits.text;
  const canSend = text.trim() !== '' && over <= 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = box.current;
    if (area === null) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight + 2}px`;
  }, [text]);

  function change(next: string) {
    setText(next);
    setProblem('');
    store.setDraft(room.room, next.slice(0, limits.draftCharacters));
  }

  useImperativeHandle(ref, () => ({
    focus: () => box.current?.focus(),
    quote(original) {
      change(quoted(original) + text);
      // After the menu has given the focus back.
      setTimeout(() => box.current?.focus(), 50);
    },
  }));

  async function send() {
    if (!canSend) return;
    setText('');
    box.current?.focus();
    const patience = setTimeout(() => setWaiting(true), patienceMs);
    const answer = await store.sendMessage(room.room, text.trimEnd());
    clearTimeout(patience);
    setWaiting(false);
    if (answer.ok) {
      store.setDraft(room.room, box.current?.value ?? '');
      onSent();
      return;
    }
    const typedSince = box.current?.value ?? '';
    change(typedSince === '' ? text : `${text.trimEnd()}\n${typedSince}`);
    setProblem(problemOf(answer.error));
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      void send();
    } else if (event.key === 'ArrowUp' && text === '' && !event.altKey) {
      event.preventDefault();
      onUp();
    }
  }

  const message = over > 0 ? strings.composer.tooLong(over) : problem;
  return (
    <div className="composer">
      <p className="composerProblem" role="alert">
        {message}
      </p>
      <p className="composerWaiting" role="status">
        {waiting ? strings.composer.waiting : ''}
      </p>
      <div className="composerBox">
        <textarea
          ref={box}
          rows={1}
          value={text}
          data-testid="composer"
          aria-label={strings.composer.label(room.name)}
          aria-invalid={over > 0}
          placeholder={strings.composer.placeholder}
          title={strings.composer.hint}
          enterKeyHint="send"
          dir="auto"
          autoComplete="off"
          spellCheck
          onChange={(event) => {
            change(event.target.value);
            if (event.target.value.trim() !== '') store.setTyping(room.room);
          }}
          onKeyDown={onKeyDown}
        />
        <button type="button" aria-label={strings.composer.send} disabled={!canSend} onClick={send}>
          <SendHorizontal size={20} aria-hidden="true" />
        </button>
      </div>
    </div>
  );
}
