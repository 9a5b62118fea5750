import './theme.css';
import { connectPage, createStore } from '@otr/client';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { applyTheme, readPreferences } from './app/preferences.ts';
import { StoreContext } from './app/useStore.ts';

applyTheme(readPreferences().theme);
const store = createStore(connectPage(window));
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <StoreContext value={store}>
      <App />
    </StoreContext>
  </StrictMode>,
);
