import { limits, type MessageRow } from '@otr/protocol';
import { type FormEvent, useId, useState } from 'react';
import { useFeedback } from '../app/feedback.tsx';
import { SureButton } from '../app/SureButton.tsx';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import { Modal } from './Modal.tsx';

const text = strings.rewrite;

/** Changes or deletes a message in one's own history: whose ever it is, and without a trace. */
export function RewriteDialog({ row, onClose }: { row: MessageRow; onClose(): void }) {
  const store = useStore();
  const { say } = useFeedback();
  const id = useId();
  const [said, setSaid] = useState(row.text);
  const [problem, setProblem] = useState('');

  async function rewrite(next: string | null) {
    const answer = await store.rewriteHistory(row.room, row.id, next);
    if (!answer.ok) return setProblem(answer.error.message);
    say(next === null ? text.removed : text.changed);
    onClose();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    void rewrite(said.trimEnd());
  }

  return (
    <Modal title={text.title} description={`${text.explain} ${text.why}`} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <label htmlFor={id}>{text.label}</label>
        <textarea
          id={id}
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type here
          autoFocus
          rows={4}
          dir="auto"
          maxLength={limits.text}
          value={said}
          onChange={(event) => setSaid(event.target.value)}
        />
        <p className="formProblem" role="alert">
          {problem}
        </p>
        <div className="formActions">
          <SureButton
            label={text.remove}
            sure={text.removeSure}
            className="button dangerText"
            onSure={() => rewrite(null)}
          />
          <button type="submit" className="button primary" disabled={said.trim() === '' || said === row.text}>
            {text.change}
          </button>
        </div>
      </form>
    </Modal>
  );
}
