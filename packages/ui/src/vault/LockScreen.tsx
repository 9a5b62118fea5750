import type { Vault } from '@otr/protocol';
import { type FormEvent, useId, useRef, useState } from 'react';
import { Screen } from '../app/Screen.tsx';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import { vaultProblem } from './vaultProblem.ts';

const text = strings.vault;

/** Before anything of the profile is here: asks for the passphrase, or says where the key is. */
export function LockScreen({ vault }: { vault: Vault }) {
  return (
    <Screen title={text.lockedTitle}>
      <p>{text.lockedText}</p>
      {vault.by === 'passphrase' ? (
        <UnlockForm />
      ) : (
        <OpenAgain text={vault.by === 'keychain' ? text.keychainText : text.fileText} />
      )}
    </Screen>
  );
}

/** The key is somewhere on this computer: nothing to type, only to try again. */
function OpenAgain({ text: why }: { text: string }) {
  const store = useStore();
  const [problem, setProblem] = useState('');
  const [working, setWorking] = useState(false);

  async function open() {
    setWorking(true);
    const answer = await store.unlock();
    setWorking(false);
    setProblem(answer.ok ? '' : answer.error.message);
  }

  return (
    <>
      <p>{why}</p>
      <p className="formProblem" role="alert">
        {problem}
      </p>
      <button type="button" className="button primary" disabled={working} onClick={open}>
        {text.tryAgain}
      </button>
    </>
  );
}

function UnlockForm() {
  const store = useStore();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [passphrase, setPassphrase] = useState('');
  const [problem, setProblem] = useState('');
  const [working, setWorking] = useState(false);

  async function unlock(event: FormEvent) {
    event.preventDefault();
    if (passphrase === '' || working) return;
    setWorking(true);
    setProblem('');
    const answer = await store.unlock(passphrase);
    setWorking(false);
    setPassphrase('');
    if (answer.ok) return;
    setProblem(vaultProblem(answer.error));
    field.current?.focus();
  }

  return (
    <form className="form" onSubmit={unlock}>
      <label htmlFor={id}>{text.passphrase}</label>
      <input
        ref={field}
        id={id}
        // biome-ignore lint/a11y/noAutofocus: the screen has nothing else to do
        autoFocus
        type="password"
        autoComplete="current-password"
        readOnly={working}
        aria-invalid={problem !== ''}
        aria-describedby={`${id}-problem`}
        value={passphrase}
        onChange={(event) => setPassphrase(event.target.value)}
      />
      <p id={`${id}-problem`} className="formProblem" role="alert">
        {problem}
      </p>
      <p className="formHint" role="status">
        {working ? text.working : ''}
      </p>
      <div className="formActions">
        <button type="submit" className="button primary" disabled={passphrase === '' || working}>
          {text.unlock}
        </button>
      </div>
    </form>
  );
}
