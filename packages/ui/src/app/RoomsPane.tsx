import type { RoomSummary } from '@otr/protocol';
import { Keyboard, Moon, Search, Settings, Sun } from 'lucide-react';
import { Avatar } from '../members/Avatar.tsx';
import { RoomList } from '../rooms/RoomList.tsx';
import { strings } from '../strings.ts';
import { ProtectHint } from '../vault/ProtectHint.tsx';
import { useDialogs } from './dialogs.ts';
import { setPreferences, usePreferences } from './preferences.ts';
import { goTo } from './route.ts';
import { useMediaQuery } from './useMediaQuery.ts';

function ThemeToggle() {
  const { theme } = usePreferences();
  const systemDark = useMediaQuery('(prefers-color-scheme: dark)');
  const dark = theme === 'system' ? systemDark : theme === 'dark';
  const Icon = dark ? Sun : Moon;
  const label = strings.settings.toggleTheme(dark);
  return (
    <button
      type="button"
      className="iconButton"
      aria-label={label}
      title={label}
      onClick={() => setPreferences({ theme: dark ? 'light' : 'dark' })}
    >
      <Icon size={20} aria-hidden="true" />
    </button>
  );
}

interface RoomsPaneProps {
  name: string;
  rooms: readonly RoomSummary[];
  openRoom: string | null;
  /** The only pane on screen: then it is the page's main part. */
  alone: boolean;
}

/** Oneself, the rooms, and the ways to get more of them. */
export function RoomsPane({ name, rooms, openRoom, alone }: RoomsPaneProps) {
  const openDialog = useDialogs();
  const Pane = alone ? 'main' : 'div';
  return (
    <Pane className="roomsPane">
      {alone && <h1 className="visuallyHidden">{strings.rooms.title}</h1>}
      <header className="paneHeader">
        <button
          type="button"
          className="selfButton"
          title={strings.settings.open}
          onClick={() => openDialog({ kind: 'settings' })}
        >
          <Avatar seed={name} name={name} size={34} />
          <span>{name}</span>
          <span className="visuallyHidden">, {strings.settings.open}</span>
          <Settings size={16} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="iconButton wideOnly"
          aria-label={strings.shortcuts.open}
          title={strings.shortcuts.open}
          onClick={() => openDialog({ kind: 'shortcuts' })}
        >
          <Keyboard size={20} aria-hidden="true" />
        </button>
        <ThemeToggle />
      </header>
      <button
        type="button"
        className="searchButton"
        onClick={() => openDialog({ kind: 'search', within: null })}
      >
        <Search size={17} aria-hidden="true" />
        {strings.search.title}
      </button>
      <RoomList
        rooms={rooms}
        openRoom={openRoom}
        onOpen={goTo}
        onCreate={() => openDialog({ kind: 'create' })}
        onJoin={() => openDialog({ kind: 'join' })}
        hint={rooms.length > 0 && <ProtectHint />}
      />
    </Pane>
  );
}
