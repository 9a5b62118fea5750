import type { Profile } from '@otr/protocol';
import { useState } from 'react';
import { useFeedback } from '../app/feedback.tsx';
import { type Preferences, setPreferences, usePreferences } from '../app/preferences.ts';
import { useAsk } from '../app/useAsk.ts';
import { useStore, useView } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import { ProtectionSection } from '../vault/ProtectionSection.tsx';
import { Choice } from './Choice.tsx';
import { Modal } from './Modal.tsx';
import { TextForm } from './TextForm.tsx';

const text = strings.settings;

const themes: readonly Preferences['theme'][] = ['system', 'light', 'dark'];
const notifyLevels: readonly Preferences['notify'][] = ['off', 'who', 'text'];

/** Asks the browser only here: on the person's own action. */
async function allowNotifications(): Promise<boolean> {
  if (!('Notification' in window)) return false;
  return (await Notification.requestPermission()) === 'granted';
}

/** What of this person's doing the others are told. */
function TellSection({ profile }: { profile: Profile }) {
  const store = useStore();
  const ask = useAsk();
  const { tellRead, tellTyping } = profile;
  const set = (change: Partial<Pick<Profile, 'tellRead' | 'tellTyping'>>) =>
    ask(store.setPreferences({ tellRead, tellTyping, ...change }));
  return (
    <fieldset className="choice">
      <legend className="settingTitle">{text.tell}</legend>
      <label>
        <input type="checkbox" checked={tellRead} onChange={() => set({ tellRead: !tellRead })} />
        {text.tellRead}
      </label>
      <label>
        <input type="checkbox" checked={tellTyping} onChange={() => set({ tellTyping: !tellTyping })} />
        {text.tellTyping}
      </label>
    </fieldset>
  );
}

export function SettingsDialog({ onClose }: { onClose(): void }) {
  const store = useStore();
  const { say } = useFeedback();
  const preferences = usePreferences();
  const profile = useView((view) => view.profile);
  const vault = useView((view) => view.vault);
  const relay = useView((view) => view.relay);
  const version = useView((view) => view.version);
  const [denied, setDenied] = useState(false);

  async function chooseNotify(notify: Preferences['notify']) {
    const allowed = notify === 'off' || (await allowNotifications());
    setDenied(!allowed);
    if (allowed) setPreferences({ notify });
  }

  return (
    <Modal title={text.title} onClose={onClose}>
      <TextForm
        label={text.name}
        hint={text.nameHint}
        submit={text.saveName}
        initial={profile?.name ?? ''}
        onSubmit={async (name) => {
          const answer = await store.setName(name);
          if (answer.ok) say(text.nameSaved);
          return answer;
        }}
      />
      <Choice
        title={text.theme}
        labels={text.themes}
        values={themes}
        value={preferences.theme}
        onChange={(theme) => setPreferences({ theme })}
      />
      <Choice
        title={text.notifications}
        labels={text.notifyLevels}
        values={notifyLevels}
        value={preferences.notify}
        onChange={chooseNotify}
      />
      <p className="formHint">{text.notifyHint}</p>
      <p className="formProblem" role="alert">
        {denied ? text.notifyDenied : ''}
      </p>
      {profile !== null && <TellSection profile={profile} />}
      {vault !== null && <ProtectionSection vault={vault} />}
      <div className="settingFacts">
        {relay !== null && (
          <p>
            {text.relay}: {relay.url} ({text.relayStates[relay.state]})
          </p>
        )}
        {profile?.ephemeral === true && <p>{text.ephemeral}</p>}
        {version !== null && <p>{text.version(version)}</p>}
      </div>
    </Modal>
  );
}
