import { limits, type Result } from '@otr/protocol';
import { type FormEvent, type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import { strings } from '../strings.ts';

interface TextFormProps {
  label: string;
  hint: string;
  submit: string;
  initial?: string;
  /** Several lines, and no limit of a name. */
  long?: boolean;
  /** What can be chosen besides. */
  children?: ReactNode;
  onSubmit(text: string): Promise<Result<unknown>>;
  onCancel?: (() => void) | undefined;
}

/** One field and its button. A refusal is shown under the field; what was typed stays. */
export function TextForm(props: TextFormProps) {
  const { label, hint, submit, initial = '', long = false, children, onSubmit, onCancel } = props;
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [text, setText] = useState(initial);
  const [problem, setProblem] = useState('');
  const [working, setWorking] = useState(false);

  async function send(event: FormEvent) {
    event.preventDefault();
    if (text.trim() === '' || working) return;
    setWorking(true);
    const answer = await onSubmit(text.trim());
    setWorking(false);
    setProblem(answer.ok ? '' : answer.error.message);
    if (!answer.ok) form.current?.querySelector<HTMLElement>('input, textarea')?.focus();
  }

  /** The long field holds one thing too. */
  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    form.current?.requestSubmit();
  }

  const field = {
    id,
    value: text,
    autoFocus: true,
    autoComplete: 'off',
    'aria-describedby': `${id}-hint ${id}-problem`,
    'aria-invalid': problem !== '',
    onChange: (event: { target: { value: string } }) => setText(event.target.value),
  };
  return (
    <form ref={form} className="form" onSubmit={send}>
      <label htmlFor={id}>{label}</label>
      {long ? (
        <textarea {...field} spellCheck={false} rows={3} onKeyDown={onKeyDown} />
      ) : (
        <input {...field} maxLength={limits.nameCharacters} />
      )}
      <p id={`${id}-hint`} className="formHint">
        {hint}
      </p>
      {children}
      <p id={`${id}-problem`} className="formProblem" role="alert">
        {problem}
      </p>
      <div className="formActions">
        {onCancel !== undefined && (
          <button type="button" className="button" onClick={onCancel}>
            {strings.dialog.cancel}
          </button>
        )}
        <button type="submit" className="button primary" disabled={text.trim() === '' || working}>
          {working ? strings.dialog.working : submit}
        </button>
      </div>
    </form>
  );
}
