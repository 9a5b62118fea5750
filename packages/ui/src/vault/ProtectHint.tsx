import { LockKeyhole } from 'lucide-react';
import { useDialogs } from '../app/dialogs.ts';
import { setPreferences, usePreferences } from '../app/preferences.ts';
import { useView } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import './protectHint.css';

const text = strings.vault;

/** Says that a passphrase can be set, until it is set or the person does not want it. */
export function ProtectHint() {
  const vault = useView((view) => view.vault);
  const { passphraseHint } = usePreferences();
  const openDialog = useDialogs();
  if (!passphraseHint || vault === null || vault.by === 'passphrase' || vault.by === 'none') return null;
  return (
    <aside className="protectHint" aria-label={text.hint} data-testid="protect-hint">
      <p className="protectTitle">
        <LockKeyhole size={16} aria-hidden="true" />
        {text.hint}
      </p>
      <p>{text.hintText}</p>
      <div className="protectActions">
        <button
          type="button"
          className="linkButton"
          onClick={() => openDialog({ kind: 'protect', change: 'set' })}
        >
          {text.hintDo}
        </button>
        <button
          type="button"
          className="linkButton"
          onClick={() => setPreferences({ passphraseHint: false })}
        >
          {text.hintNot}
        </button>
      </div>
    </aside>
  );
}
