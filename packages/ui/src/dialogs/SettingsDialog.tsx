import { useState } from 'react';
import { useFeedback } from '../app/feedback.tsx';
import { type Preferences, setPreferences, usePreferences } from '../app/preferences.ts';
import { useStore, useView } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import { Modal } from './Modal.tsx';
import { TextForm } from './TextForm.tsx';
import './settings.css';

const text = strings.settings;

interface ChoiceProps<Value extends string> {
  title: string;
  labels: Readonly<Record<Value, string>>;
  values: readonly Value[];
  value: Value;
  onChange(value: Value): void;
}

/** One of a few, as radio buttons. */
function Choice<Value extends string>({ title, labels, values, value, onChange }: ChoiceProps<Value>) {
  return (
    <fieldset className="choice">
      <legend className="settingTitle">{title}</legend>
      {values.map((candidate) => (
        <label key={candidate}>
          <input
            type="radio"
            name={title}
            checked={candidate === value}
            onChange={() => onChange(candidate)}
          />
          {labels[candidate]}
        </label>
      ))}
    </fieldset>
  );
}

const themes: readonly Preferences['theme'][] = ['system', 'light', 'dark'];
const notifyLevels: readonly Preferences['notify'][] = ['off', 'who', 'text'];

/** Asks the browser only here: on the person's own action. */
async function allowNotifications(): Promise<boolean> {
  if (!('Notification' in window)) return false;
  return (await Notification.requestPermission()) === 'granted';
}

export function SettingsDialog({ onClose }: { onClose(): void }) {
  const store = useStore();
  const { say } = useFeedback();
  const preferences = usePreferences();
  const profile = useView((view) => view.profile);
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
