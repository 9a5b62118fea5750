import { Popover } from '@base-ui/react/popover';
import type { Member } from '@otr/protocol';
import { Ear } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useState } from 'react';
import { usePane } from '../app/pane.ts';
import { Avatar } from '../members/Avatar.tsx';
import { strings } from '../strings.ts';
import { TrustMark } from '../trust/TrustMark.tsx';
import type { Whisper } from './useWhisper.ts';
import '../dialogs/menu.css';

const text = strings.whispers;
/** Names on the screen at a time; a part of the name finds the others. */
const shownAtMost = 40;

interface WhisperPickerProps {
  members: readonly Member[];
  whisper: Whisper;
  /** Over this the picker opens. */
  frame: RefObject<HTMLElement | null>;
  /** Takes the focus when the picker closes. */
  box: RefObject<HTMLElement | null>;
  onChoose(keys: readonly string[]): void;
}

/** The button beside the box, and the members to choose from: one or several. */
export function WhisperPicker({ members, whisper, frame, box, onChoose }: WhisperPickerProps) {
  const pane = usePane();
  return (
    <Popover.Root>
      <Popover.Trigger
        className="composerTool"
        aria-label={text.choose}
        title={text.choose}
        data-whispering={whisper.on}
      >
        <Ear size={20} aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal container={pane}>
        <Popover.Positioner className="menuPositioner" anchor={frame} side="top" align="start" sideOffset={8}>
          <Popover.Popup className="menu whisperPicker" finalFocus={box} data-testid="whisper-picker">
            <Popover.Title className="whisperPickerTitle">{text.choose}</Popover.Title>
            <Popover.Description className="formHint">{text.hint}</Popover.Description>
            <Choices members={members} chosen={whisper.to.map(({ key }) => key)} onChoose={onChoose} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface ChoicesProps {
  members: readonly Member[];
  chosen: readonly string[];
  onChoose(keys: readonly string[]): void;
}

function Choices({ members, chosen, onChoose }: ChoicesProps) {
  const [part, setPart] = useState('');
  const wanted = part.trim().toLocaleLowerCase();
  const others = members.filter(({ self }) => !self).sort((a, b) => a.name.localeCompare(b.name));
  const found = others.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  const left = found.length - shownAtMost;

  function toggle(key: string) {
    onChoose(chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key]);
  }

  /** Enter takes the first who fits. */
  function onKeyDown(event: KeyboardEvent) {
    const [first] = found;
    if (event.key !== 'Enter' || first === undefined || wanted === '') return;
    event.preventDefault();
    toggle(first.key);
    setPart('');
  }

  if (others.length === 0) return <p>{text.alone}</p>;
  return (
    <>
      <input
        className="whisperFind"
        aria-label={text.find}
        placeholder={text.find}
        autoComplete="off"
        value={part}
        onChange={(event) => setPart(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <fieldset className="whisperChoices" aria-label={text.choose}>
        {found.slice(0, shownAtMost).map(({ key, name, trust }) => (
          <label key={key} className="whisperChoice">
            <input type="checkbox" checked={chosen.includes(key)} onChange={() => toggle(key)} />
            <Avatar seed={name} name={name} size={28} />
            <span className="whisperChoiceText">
              <span className="whisperChoiceName">{name}</span>
              <TrustMark trust={trust} />
            </span>
          </label>
        ))}
      </fieldset>
      {found.length === 0 && <p role="status">{text.none}</p>}
      {left > 0 && <p className="formHint">{text.more(left)}</p>}
    </>
  );
}
