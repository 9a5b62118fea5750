import { CircleStop, OctagonX, Volume2 } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { strings } from '../strings.ts';
import type { Words } from './useWords.ts';

const text = strings.verify;

/** Three words, read aloud by one and entered by the other. Each stage says what to do next. */
export function WordsTab({ name, words }: { name: string; words: Words }) {
  return (
    <div className="words" data-testid="words" data-stage={words.stage.kind}>
      <Stage name={name} words={words} />
    </div>
  );
}

function Stage({ name, words }: { name: string; words: Words }) {
  const { stage } = words;
  switch (stage.kind) {
    case 'none':
      return <Begin name={name} words={words} />;
    case 'reading':
      return <Reading name={name} said={stage.words} onStop={words.stop} />;
    case 'asked':
      return <Asked name={name} words={words} />;
    case 'comparing':
      return (
        <p className="wordsWaiting" role="status">
          <span className="spinner" aria-hidden="true" />
          {text.wordsComparing}
        </p>
      );
    case 'wrong':
    case 'stopped':
      return <Ended wrong={stage.kind === 'wrong'} onAgain={words.again} />;
  }
}

function Begin({ name, words }: { name: string; words: Words }) {
  const [working, setWorking] = useState(false);

  async function start() {
    setWorking(true);
    await words.start();
    setWorking(false);
  }

  return (
    <>
      <p>{text.wordsHow(name)}</p>
      <button type="button" className="button primary" disabled={working} onClick={start}>
        <Volume2 size={18} aria-hidden="true" />
        {text.wordsStart}
      </button>
      <p className="formHint">{text.wordsOr(name)}</p>
    </>
  );
}

function Reading({ name, said, onStop }: { name: string; said: readonly string[]; onStop(): Promise<void> }) {
  return (
    <>
      <p>{text.wordsRead(name)}</p>
      <ol className="wordsSaid" data-testid="words-said">
        {said.map((word, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a word is its place, and may come twice
          <li key={index}>{word}</li>
        ))}
      </ol>
      <p className="wordsWaiting" role="status">
        <span className="spinner" aria-hidden="true" />
        {text.wordsWaiting(name)}
      </p>
      {/* biome-ignore lint/a11y/noAutofocus: the button that was pressed is gone */}
      <button type="button" className="button" autoFocus onClick={onStop}>
        <CircleStop size={18} aria-hidden="true" />
        {text.wordsStop}
      </button>
    </>
  );
}

function Asked({ name, words }: { name: string; words: Words }) {
  const id = useId();
  const [entered, setEntered] = useState('');
  const [problem, setProblem] = useState('');
  const three = entered.trim().split(/[\s,;-]+/u);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (three.length !== 3) return setProblem(text.wordsThree);
    void words.enter(three.join(' ').toLowerCase());
  }

  return (
    <form className="form" onSubmit={submit}>
      <p role="status">{text.wordsAsked(name)}</p>
      <label htmlFor={id}>{text.wordsLabel}</label>
      <input
        id={id}
        // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type here
        autoFocus
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={120}
        aria-describedby={`${id}-hint ${id}-problem`}
        aria-invalid={problem !== ''}
        value={entered}
        onChange={(event) => {
          setEntered(event.target.value);
          setProblem('');
        }}
      />
      <p id={`${id}-hint`} className="formHint">
        {text.wordsHint}
      </p>
      <p id={`${id}-problem`} className="formProblem" role="alert">
        {problem}
      </p>
      <div className="formActions">
        <button type="button" className="button" onClick={words.stop}>
          {text.wordsStop}
        </button>
        <button type="submit" className="button primary" disabled={entered.trim() === ''}>
          {text.wordsEnter}
        </button>
      </div>
    </form>
  );
}

function Ended({ wrong, onAgain }: { wrong: boolean; onAgain(): void }) {
  const Icon = wrong ? OctagonX : CircleStop;
  return (
    <>
      <div className={wrong ? 'verifyDanger' : 'verifyNote'} role="alert" data-testid="words-ended">
        <Icon size={22} aria-hidden="true" />
        <div>
          <h3>{wrong ? text.wordsWrongTitle : text.wordsStoppedTitle}</h3>
          <p>{wrong ? text.wordsWrong : text.wordsStopped}</p>
          {wrong && <p className="formHint">{text.wordsWrongTodo}</p>}
        </div>
      </div>
      {/* biome-ignore lint/a11y/noAutofocus: what had the focus is gone */}
      <button type="button" className="button" autoFocus onClick={onAgain}>
        {text.wordsAgain}
      </button>
    </>
  );
}
