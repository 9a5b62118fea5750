import { CSPProvider } from '@base-ui/react/csp-provider';
import { LockScreen } from '../vault/LockScreen.tsx';
import { ChatPage } from './ChatPage.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { FeedbackProvider } from './feedback.tsx';
import { ConnectingScreen, FailedScreen, NameScreen, NeedsCodeScreen, StoppedScreen } from './screens.tsx';
import { useView } from './useStore.ts';

/** Which screen is shown. Once there is something to show, a lost connection keeps it (with a banner). */
function CurrentScreen() {
  const connection = useView((view) => view.connection);
  const profile = useView((view) => view.profile);
  const vault = useView((view) => view.vault);
  if (connection === 'needsCode') return <NeedsCodeScreen />;
  if (vault?.state === 'locked') return <LockScreen vault={vault} />;
  if (profile === null) return connection === 'offline' ? <StoppedScreen /> : <ConnectingScreen />;
  if (profile.name === null) return <NameScreen />;
  return <ChatPage profile={profile} />;
}

export function App() {
  const locked = useView((view) => view.vault?.state === 'locked');
  return (
    <CSPProvider disableStyleElements>
      <ErrorBoundary fallback={<FailedScreen />}>
        {/* Another one once it is locked: what was said and read out is gone with the former. */}
        <FeedbackProvider key={locked ? 'locked' : 'open'}>
          <CurrentScreen />
        </FeedbackProvider>
      </ErrorBoundary>
    </CSPProvider>
  );
}
