import type { Result } from '@otr/protocol';
import { type ReactNode, useState } from 'react';
import { strings } from '../strings.ts';
import { Modal } from './Modal.tsx';

interface ConfirmDialogProps {
  title: string;
  text: string;
  /** What the button that does it says. */
  action: string;
  /** What can be chosen besides. */
  children?: ReactNode;
  onConfirm(): Promise<Result<unknown>>;
  onClose(): void;
}

/** Asks once before something that cannot be taken back. A refusal is shown, and the dialog stays. */
export function ConfirmDialog({ title, text, action, children, onConfirm, onClose }: ConfirmDialogProps) {
  const [problem, setProblem] = useState('');
  const [working, setWorking] = useState(false);

  async function confirm() {
    setWorking(true);
    const answer = await onConfirm();
    setWorking(false);
    if (!answer.ok) return setProblem(answer.error.message);
    onClose();
  }

  return (
    <Modal title={title} description={text} onClose={onClose}>
      {children}
      <p className="formProblem" role="alert">
        {problem}
      </p>
      <div className="formActions">
        <button type="button" className="button" onClick={onClose}>
          {strings.dialog.cancel}
        </button>
        <button type="button" className="button danger" disabled={working} onClick={confirm}>
          {action}
        </button>
      </div>
    </Modal>
  );
}
