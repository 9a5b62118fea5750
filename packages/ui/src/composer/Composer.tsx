import { limits, type Member, type MessageRow, type RoomSummary } from '@otr/protocol';
import { Check, EyeOff, SendHorizontal } from 'lucide-react';
import { type KeyboardEvent, type Ref, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import { answersTo } from '../timeline/whisperText.ts';
import { labelOfSend, type Meant, placeholderOf, problemOf, quoted } from './saying.ts';
import { slashWhisper } from './slashWhisper.ts';
import { TaskBar } from './TaskBar.tsx';
import { type Task, writing } from './task.ts';
import { useWhisper } from './useWhisper.ts';
import { WhisperBar } from './WhisperBar.tsx';
import { WhisperPicker } from './WhisperPicker.tsx';
import './composer.css';

/** What the page asks of the composer. */
export interface ComposerHandle {
  focus(): void;
  quote(text: string): void;
  reply(row: MessageRow): void;
  edit(row: MessageRow): void;
  /** Whispers to these members (their keys) from now on. */
  whisper(to: readonly string[]): void;
}

interface ComposerProps {
  room: RoomSummary;
  members: readonly Member[];
  /** After a message has gone out. */
  onSent(): void;
  /** ↑ in the empty box: wants to edit the last own message. */
  onEditLast(): void;
  /** PageUp in the empty box: wants to go to the messages. */
  onUp(): void;
  ref: Ref<ComposerHandle>;
}

const utf8 = new TextEncoder();

/** Milliseconds of silence after which the person is told that the message is still on its way. */
const patienceMs = 1_000;

/** Grows with its text up to the height that composer.css allows. One composer per room: its draft is the room's. */
export function Composer({ room, members, onSent, onEditLast, onUp, ref }: ComposerProps) {
  const store = useStore();
  const box = useRef<HTMLTextAreaElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [task, setTask] = useState<Task>(writing);
  const whisper = useWhisper(room, members);
  const [text, setText] = useState(draft);
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

  /** What was being written here: a whisper, or something for everybody. */
  function draft(): string {
    return store.whisperDraftOf(room.room)?.text ?? store.draftOf(room.room);
  }

  function keep(next: string) {
    if (whisper.on) whisper.keep(next);
    else store.setDraft(room.room, next.slice(0, limits.draftCharacters));
  }

  /** The text of a message that is edited is not the room's draft. */
  function change(next: string, isDraft = !editing) {
    setText(next);
    setProblem('');
    if (isDraft) keep(next);
  }

  /** What is being written stays in the box. An answer to a whisper is one itself, or none. */
  function whisperTo(keys: readonly string[]) {
    whisper.choose(keys, editing ? draft() : text);
    setProblem('');
    if (keys.length === 0 && task.kind === 'reply' && task.to.whisper !== undefined) setTask(writing);
  }

  /** Begins or ends an answer or an edit; the draft waits while a message is edited. */
  function take(next: Task) {
    if (next.kind === 'edit') {
      setText(next.row.text);
      setProblem('');
    } else if (editing) change(draft(), false);
    setTask(next);
  }

  function tellsTyping(next: string): boolean {
    return next.trim() !== '' && !whisper.on && slashWhisper(next, members).kind === 'none';
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
      if (to.whisper !== undefined) whisper.choose(answersTo(to, room.me), editing ? draft() : text);
      focusSoon();
    },
    edit(row) {
      take({ kind: 'edit', row });
      focusSoon();
    },
    whisper(to) {
      if (editing) take(writing);
      whisperTo(to);
      focusSoon();
    },
  }));

  /** What is to be said to whom; null: nobody can be meant, and why is told. */
  function meant(said: string): Meant | null {
    if (editing) return { text: said };
    const slash = slashWhisper(said, members);
    if (slash.kind === 'whisper') return { text: slash.text, whisperTo: [slash.to] };
    if (slash.kind === 'none' && (!whisper.on || whisper.here.length > 0))
      return { text: said, ...(whisper.on && { whisperTo: whisper.here }) };
    setProblem(slash.kind === 'problem' ? slash.why : strings.whispers.nobody);
    return null;
  }

  function ask({ text: said, whisperTo: to }: Meant) {
    if (task.kind === 'edit') return store.editMessage(room.room, task.row.id, said);
    return store.sendMessage(room.room, said, {
      ...(task.kind === 'reply' && { replyTo: task.to.id }),
      ...(to !== undefined && { whisperTo: to }),
    });
  }

  async function send() {
    if (!canSend) return;
    const said = text.trimEnd();
    if (task.kind === 'edit' && said === task.row.text) return take(writing);
    const message = meant(said);
    if (message === null) return;
    const before = task;
    const asked = ask(message);
    setText(task.kind === 'edit' ? draft() : '');
    setProblem('');
    setTask(writing);
    box.current?.focus();
    const patience = setTimeout(() => setWaiting(true), patienceMs);
    const answer = await asked;
    clearTimeout(patience);
    setWaiting(false);
    if (!answer.ok) giveBack(before, said, problemOf(before, answer.error));
    else if (before.kind !== 'edit') {
      keep(box.current?.value ?? '');
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
    // What has been written for some must not go to all because of one key.
    else if (event.key === 'Escape' && whisper.on && text === '') whisperTo([]);
    else if (event.key === 'ArrowUp' && text === '' && task.kind === 'write') onEditLast();
    else if (event.key === 'PageUp' && text === '') onUp();
    else return;
    event.preventDefault();
  }

  const message = over > 0 ? strings.composer.tooLong(over) : problem;
  const whispers = whisper.on && !editing;
  const names = whisper.to.map(({ name }) => name);
  const sendLabel = labelOfSend(editing, whispers);
  const SendIcon = editing ? Check : SendHorizontal;
  return (
    <div className="composer" data-whisper={whispers} data-off-the-record={room.offTheRecord}>
      <p className="composerProblem" role="alert">
        {message}
      </p>
      <p className="composerWaiting" role="status">
        {waiting ? strings.composer.waiting : ''}
      </p>
      <div ref={frame} className="composerFrame">
        <TaskBar
          task={task}
          onLeave={() => {
            take(writing);
            box.current?.focus();
          }}
        />
        {whispers && (
          <WhisperBar
            whisper={whisper}
            onDrop={(key) => {
              whisperTo(whisper.to.flatMap((one) => (one.key === key ? [] : [one.key])));
              box.current?.focus();
            }}
            onLeave={() => {
              whisperTo([]);
              box.current?.focus();
            }}
          />
        )}
        {room.offTheRecord && (
          <p className="recordLine">
            <EyeOff size={14} aria-hidden="true" />
            {strings.offTheRecord.composer}
          </p>
        )}
        <div className="composerBox">
          <WhisperPicker members={members} whisper={whisper} frame={frame} box={box} onChoose={whisperTo} />
          <textarea
            ref={box}
            rows={1}
            value={text}
            data-testid="composer"
            aria-label={
              whispers ? strings.whispers.label(names, room.name) : strings.composer.label(room.name)
            }
            aria-invalid={over > 0}
            placeholder={placeholderOf(room, whispers ? names : null)}
            title={strings.composer.hint}
            enterKeyHint="send"
            dir="auto"
            autoComplete="off"
            spellCheck
            onChange={(event) => {
              change(event.target.value);
              // That one whispers is nobody else's business.
              if (tellsTyping(event.target.value)) store.setTyping(room.room);
            }}
            onKeyDown={onKeyDown}
          />
          <button
            type="button"
            className="composerSend"
            aria-label={sendLabel}
            title={sendLabel}
            disabled={!canSend}
            onClick={send}
          >
            <SendIcon size={20} aria-hidden="true" />
          </button>
        </div>
      </div>
    </div>
  );
}
