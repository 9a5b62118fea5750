import { limits, type MessageRow, type RoomSummary } from '@otr/protocol';
import { Check, SendHorizontal } from 'lucide-react';
import { type KeyboardEvent, type Ref, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import { TaskBar } from './TaskBar.tsx';
import { type Task, writing } from './task.ts';
import './composer.css';

/** What the page asks of the composer. */
export interface ComposerHandle {
  focus(): void;
  quote(text: string): void;
  reply(row: MessageRow): void;
  edit(row: MessageRow): void;
}

interface ComposerProps {
  room: RoomSummary;
  /** After a message has gone out. */
  onSent(): void;
  /** ↑ in the empty box: wants to edit the last own message. */
  onEditLast(): void;
  /** PageUp in the empty box: wants to go to the messages. */
  onUp(): void;
  ref: Ref<ComposerHandle>;
}

const utf8 = new TextEncoder();

/** The text as Markdown quotes it, ready to be answered. */
function quoted(text: string): string {
  return `${text.replace(/^/gm, '> ')}\n\n`;
}

/** Whether a message that was not confirmed has been stored, nobody knows; sending it again is safe. */
function problemOf(task: Task, { code, message }: { code: string; message: string }): string {
  const unsure = code === 'timedOut' || code === 'proxyUnreachable' || code === 'internal';
  if (unsure) return strings.composer.unsure;
  return `${task.kind === 'edit' ? strings.composer.editFailed : strings.composer.failed} ${message}`;
}

/** Milliseconds of silence after which the person is told that the message is still on its way. */
const patienceMs = 1_000;

/** Grows with its text up to the height that composer.css allows. One composer per room: its draft is the room's. */
export function Composer({ room, onSent, onEditLast, onUp, ref }: ComposerProps) {
  const store = useStore();
  const box = useRef<HTMLTextAreaElement>(null);
  const [task, setTask] = useState<Task>(writing);
  const [text, setText] = useState(() => store.draftOf(room.room));
  const [problem, setProblem] = useState('');
  const [waiting, setWaiting] = useState(false);
  const over = utf8.encode(text).length - limits.text;
  const canSend = text.trim() !== '' && over <= 0;
  const editing = task.kind === 'edit';

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = box.current;
    if (area === null) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight + 2}px`;
  }, [text]);

  /** The text of a message that is edited is not the room's draft. */
  function change(next: string, isDraft = !editing) {
    setText(next);
    setProblem('');
    if (isDraft) store.setDraft(room.room, next.slice(0, limits.draftCharacters));
  }

  /** Begins or ends an answer or an edit; the draft waits while a message is edited. */
  function take(next: Task) {
    if (next.kind === 'edit') {
      setText(next.row.text);
      setProblem('');
    } else if (editing) change(store.draftOf(room.room), false);
    setTask(next);
  }

  function focusSoon() {
    // After the menu has given the focus back.
    setTimeout(() => box.current?.focus(), 50);
  }

  useImperativeHandle(ref, () => ({
    focus: () => box.current?.focus(),
    quote(original) {
      change(quoted(original) + text);
      focusSoon();
    },
    reply(to) {
      take({ kind: 'reply', to });
      focusSoon();
    },
    edit(row) {
      take({ kind: 'edit', row });
      focusSoon();
    },
  }));

  function ask(said: string) {
    if (task.kind === 'edit') return store.editMessage(room.room, task.row.id, said);
    return task.kind === 'reply'
      ? store.sendMessage(room.room, said, task.to.id)
      : store.sendMessage(room.room, said);
  }

  async function send() {
    if (!canSend) return;
    const said = text.trimEnd();
    if (task.kind === 'edit' && said === task.row.text) return take(writing);
    const before = task;
    setText(task.kind === 'edit' ? store.draftOf(room.room) : '');
    setTask(writing);
    box.current?.focus();
    const patience = setTimeout(() => setWaiting(true), patienceMs);
    const answer = await ask(said);
    clearTimeout(patience);
    setWaiting(false);
    if (!answer.ok) giveBack(before, said, problemOf(before, answer.error));
    else if (before.kind !== 'edit') {
      store.setDraft(room.room, box.current?.value ?? '');
      onSent();
    }
  }

  /** What was not taken is in the box again, before what has been typed since. */
  function giveBack(before: Task, said: string, why: string) {
    const typedSince = box.current?.value ?? '';
    if (before.kind === 'edit') setText(said);
    else change(typedSince === '' ? said : `${said}\n${typedSince}`, true);
    setTask(before);
    setProblem(why);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.nativeEvent.isComposing || event.altKey) return;
    if (event.key === 'Enter' && !event.shiftKey) void send();
    else if (event.key === 'Escape' && task.kind !== 'write') take(writing);
    else if (event.key === 'ArrowUp' && text === '' && task.kind === 'write') onEditLast();
    else if (event.key === 'PageUp' && text === '') onUp();
    else return;
    event.preventDefault();
  }

  const message = over > 0 ? strings.composer.tooLong(over) : problem;
  const sendLabel = editing ? strings.composer.save : strings.composer.send;
  const SendIcon = editing ? Check : SendHorizontal;
  return (
    <div className="composer">
      <p className="composerProblem" role="alert">
        {message}
      </p>
      <p className="composerWaiting" role="status">
        {waiting ? strings.composer.waiting : ''}
      </p>
      <div className="composerFrame">
        <TaskBar
          task={task}
          onLeave={() => {
            take(writing);
            box.current?.focus();
          }}
        />
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
          <button type="button" aria-label={sendLabel} title={sendLabel} disabled={!canSend} onClick={send}>
            <SendIcon size={20} aria-hidden="true" />
          </button>
        </div>
      </div>
    </div>
  );
}
