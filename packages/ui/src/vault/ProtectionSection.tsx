import type { Vault } from '@otr/protocol';
import { Lock } from 'lucide-react';
import { useDialogs } from '../app/dialogs.ts';
import { useAsk } from '../app/useAsk.ts';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';

const text = strings.vault;

/** In the settings: what guards the profile, and what can be done about it. */
export function ProtectionSection({ vault }: { vault: Vault }) {
  const store = useStore();
  const ask = useAsk();
  const openDialog = useDialogs();
  const open = (change: 'set' | 'change' | 'remove' | 'idle') => openDialog({ kind: 'protect', change });
  const byPassphrase = vault.by === 'passphrase';
  return (
    <section className="settingsSection" data-testid="protection">
      <h3 className="settingTitle">{text.title}</h3>
      <p className="formHint">
        {text.by[vault.by]} {byPassphrase && text.idleNow(vault.lockAfterMinutes)}
      </p>
      <div className="settingButtons">
        {vault.by !== 'none' && !byPassphrase && (
          <button type="button" className="button" onClick={() => open('set')}>
            {text.set}
          </button>
        )}
        {byPassphrase && (
          <>
            <button type="button" className="button" onClick={() => ask(store.lock())}>
              <Lock size={16} aria-hidden="true" />
              {text.lockNow}
            </button>
            <button type="button" className="button" onClick={() => open('idle')}>
              {text.idle}
            </button>
            <button type="button" className="button" onClick={() => open('change')}>
              {text.change}
            </button>
            <button type="button" className="button" onClick={() => open('remove')}>
              {text.remove}
            </button>
          </>
        )}
      </div>
    </section>
  );
}
