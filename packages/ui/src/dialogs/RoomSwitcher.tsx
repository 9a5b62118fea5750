import type { RoomSummary } from '@otr/protocol';
import { type KeyboardEvent, useId, useState } from 'react';
import { goTo } from '../app/route.ts';
import { Avatar } from '../members/Avatar.tsx';
import { strings } from '../strings.ts';
import { Modal } from './Modal.tsx';
import './lists.css';

/** Type a part of a room's name, ↑ ↓ to choose, Enter to open. */
export function RoomSwitcher({ rooms, onClose }: { rooms: readonly RoomSummary[]; onClose(): void }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const wanted = text.trim().toLocaleLowerCase();
  const found = rooms.filter((room) => room.name.toLocaleLowerCase().includes(wanted));
  const active = Math.min(chosen, found.length - 1);

  function open(room: RoomSummary | undefined) {
    if (room === undefined) return;
    onClose();
    goTo(room.room);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'ArrowDown') setChosen(Math.min(active + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(active - 1, 0));
    else if (event.key === 'Enter') open(found[active]);
    else return;
    event.preventDefault();
  }

  return (
    <Modal title={strings.switcher.title} onClose={onClose}>
      <div className="form">
        <input
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type here
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={found[active] === undefined ? undefined : `${id}-${active}`}
          aria-label={strings.switcher.title}
          placeholder={strings.switcher.placeholder}
          autoComplete="off"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      {found.length === 0 && <p className="modalText">{strings.switcher.none}</p>}
      <div id={id} role="listbox" aria-label={strings.rooms.list} className="switcherList">
        {found.map((room, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the input keeps the focus
          <div
            key={room.room}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            className="switcherItem"
            onClick={() => open(room)}
          >
            <Avatar seed={room.room} name={room.name} shape="square" size={32} />
            <span>{room.name}</span>
          </div>
        ))}
      </div>
    </Modal>
  );
}
