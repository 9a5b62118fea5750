import type { LocalRequest, Vault } from '@otr/protocol';
import { type FormEvent, useId, useState } from 'react';
import { useFeedback } from '../app/feedback.tsx';
import { useStore, useView } from '../app/useStore.ts';
import { Select } from '../details/Select.tsx';
import { Choice } from '../dialogs/Choice.tsx';
import { Modal } from '../dialogs/Modal.tsx';
import { strings } from '../strings.ts';
import { vaultProblem } from './vaultProblem.ts';

const text = strings.vault;

export type ProtectChange = 'set' | 'change' | 'remove' | 'idle';
type KeptBy = 'keychain' | 'file';

const keptBy: readonly KeptBy[] = ['keychain', 'file'];
const idleMinutes = [0, 5, 15, 60, 240, 1_440];

interface FieldProps {
  label: string;
  hint?: string;
  kind: 'current-password' | 'new-password';
  value: string;
  autoFocus?: boolean;
  onChange(value: string): void;
}

function Field({ label, hint, kind, value, autoFocus = false, onChange }: FieldProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="password"
        // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type here
        autoFocus={autoFocus}
        autoComplete={kind}
        maxLength={1_024}
        required
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} className="formHint">
          {hint}
        </p>
      )}
    </>
  );
}

/** The passphrase that guards from now on, where one does: a new time to lock keeps the present one. */
function passphraseOf(change: ProtectChange, vault: Vault, current: string, next: string) {
  if (change === 'set' || change === 'change') return { passphrase: next };
  return change === 'idle' && vault.by === 'passphrase' ? { passphrase: current } : {};
}

/** How the profile is to be protected from now on. */
function requestOf(
  change: ProtectChange,
  vault: Vault,
  { current, next, keep, minutes }: { current: string; next: string; keep: KeptBy; minutes: number },
): LocalRequest<'protect'> {
  const byNow = vault.by === 'none' ? 'file' : vault.by;
  const by = { set: 'passphrase', change: 'passphrase', remove: keep, idle: byNow } as const;
  return {
    by: by[change],
    lockAfterMinutes: change === 'remove' ? 0 : minutes,
    ...passphraseOf(change, vault, current, next),
    ...(vault.by === 'passphrase' && { current }),
  };
}

/** Sets, changes or removes the passphrase, or when the chat locks itself. */
export function ProtectDialog({ change, onClose }: { change: ProtectChange; onClose(): void }) {
  const store = useStore();
  const { say } = useFeedback();
  const id = useId();
  const vault = useView((view) => view.vault);
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [keep, setKeep] = useState<KeptBy>('keychain');
  const [minutes, setMinutes] = useState(vault?.lockAfterMinutes ?? 0);
  const [problem, setProblem] = useState('');
  const [working, setWorking] = useState(false);
  if (vault === null) return null;
  const asksCurrent = vault.by === 'passphrase';
  const asksNext = change === 'set' || change === 'change';
  const choices = idleMinutes.includes(minutes)
    ? idleMinutes
    : [...idleMinutes, minutes].sort((a, b) => a - b);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (working || vault === null) return;
    if (asksNext && next !== again) return setProblem(text.differ);
    setWorking(true);
    setProblem('');
    const answer = await store.protect(requestOf(change, vault, { current, next, keep, minutes }));
    setWorking(false);
    if (!answer.ok) return setProblem(vaultProblem(answer.error));
    say(text.done[change]);
    onClose();
  }

  return (
    <Modal title={text.dialogTitles[change]} description={text.dialogTexts[change]} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        {asksCurrent && (
          <Field
            label={text.current}
            kind="current-password"
            value={current}
            autoFocus
            onChange={setCurrent}
          />
        )}
        {asksNext && (
          <>
            <Field
              label={text.next}
              hint={text.nextHint}
              kind="new-password"
              value={next}
              autoFocus={!asksCurrent}
              onChange={setNext}
            />
            <Field label={text.again} kind="new-password" value={again} onChange={setAgain} />
          </>
        )}
        {change === 'remove' && (
          <Choice
            title={text.keepWhere}
            labels={text.keepChoices}
            values={keptBy}
            value={keep}
            onChange={setKeep}
          />
        )}
        {change !== 'remove' && (
          <>
            <span id={`${id}-idle`} className="settingTitle">
              {text.idleLabel}
            </span>
            <Select
              labelledBy={`${id}-idle`}
              value={minutes}
              choices={choices.map((value) => [value, text.idleChoice(value)])}
              onChange={setMinutes}
            />
          </>
        )}
        <p className="formProblem" role="alert">
          {problem}
        </p>
        <p className="formHint" role="status">
          {working ? text.working : ''}
        </p>
        <div className="formActions">
          <button type="button" className="button" onClick={onClose}>
            {strings.dialog.cancel}
          </button>
          <button type="submit" className="button primary" disabled={working}>
            {text.dialogDo[change]}
          </button>
        </div>
      </form>
    </Modal>
  );
}
