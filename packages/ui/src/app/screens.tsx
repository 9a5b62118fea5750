import { Copy, LockKeyhole, MessageCirclePlus } from 'lucide-react';
import { TextForm } from '../dialogs/TextForm.tsx';
import { strings } from '../strings.ts';
import { ProtectHint } from '../vault/ProtectHint.tsx';
import { copyText } from './copy.ts';
import { useFeedback } from './feedback.tsx';
import { Screen } from './Screen.tsx';
import { useStore } from './useStore.ts';
import './screens.css';

export function ConnectingScreen() {
  return (
    <Screen title={strings.appName} late>
      <p role="status">{strings.connecting}</p>
    </Screen>
  );
}

/** Reached before it ever answered: the program has stopped. */
export function StoppedScreen() {
  return (
    <Screen title={strings.appName}>
      <p role="status">{strings.disconnected}</p>
    </Screen>
  );
}

/** The proxy does not know this page: only a fresh address helps. */
export function NeedsCodeScreen() {
  const { say } = useFeedback();
  const { title, why, how, command, copy, copied } = strings.needsCode;

  async function copyCommand() {
    say((await copyText(command)) ? copied : strings.message.copyFailed);
  }

  return (
    <Screen title={title}>
      <p>{why}</p>
      <p>{how}</p>
      <div className="screenCommand">
        <code>{command}</code>
        <button type="button" className="iconButton" aria-label={copy} onClick={copyCommand}>
          <Copy size={18} aria-hidden="true" />
        </button>
      </div>
    </Screen>
  );
}

/** The first run: nothing but a name is needed. */
export function NameScreen() {
  const store = useStore();
  const { title, text, label, submit, promise } = strings.welcome;
  return (
    <Screen title={title}>
      <TextForm label={label} hint={text} submit={submit} onSubmit={(name) => store.setName(name)} />
      <p className="screenPromise">
        <LockKeyhole size={16} aria-hidden="true" />
        {promise}
      </p>
    </Screen>
  );
}

/** No room yet: make one, or join one. */
export function FirstRoom({ name, onCreate, onJoin }: { name: string; onCreate(): void; onJoin(): void }) {
  return (
    <main className="screen inPane">
      <div className="screenBox">
        <MessageCirclePlus size={44} strokeWidth={1.5} aria-hidden="true" className="screenIcon" />
        <h1>{strings.welcome.greeting(name)}</h1>
        <p>{strings.welcome.firstRoomText}</p>
        <div className="screenActions">
          <button type="button" className="button primary" onClick={onCreate}>
            {strings.rooms.create}
          </button>
          <button type="button" className="button" onClick={onJoin}>
            {strings.rooms.joinByLink}
          </button>
        </div>
        <ProtectHint />
      </div>
    </main>
  );
}

/** Beside the list of rooms, while none is open. */
export function NoRoomOpen({ title, text }: { title: string; text: string }) {
  return (
    <main className="screen inPane">
      <div className="screenBox">
        <h1>{title}</h1>
        <p>{text}</p>
      </div>
    </main>
  );
}

/** The page itself failed. */
export function FailedScreen() {
  return (
    <Screen title={strings.appName}>
      <p role="alert">{strings.errors.unexpected}</p>
      <button type="button" className="button primary" onClick={() => location.reload()}>
        {strings.errors.reload}
      </button>
    </Screen>
  );
}
