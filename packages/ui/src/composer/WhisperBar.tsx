import { Ear, X } from 'lucide-react';
import { strings } from '../strings.ts';
import type { Whisper } from './useWhisper.ts';

const text = strings.whispers;

interface WhisperBarProps {
  whisper: Whisper;
  onDrop(key: string): void;
  onLeave(): void;
}

/** Above the box while it whispers: to whom, and the way back to everybody. */
export function WhisperBar({ whisper, onDrop, onLeave }: WhisperBarProps) {
  return (
    <div className="whisperBar" data-testid="whisper-bar">
      <Ear size={18} aria-hidden="true" />
      <span className="whisperTitle">{text.bar}</span>
      <ul className="whisperChips">
        {whisper.to.map(({ key, name, isHere }) => (
          <li key={key} className="whisperChip" data-here={isHere}>
            <span>{name}</span>
            <button
              type="button"
              aria-label={text.drop(name)}
              title={text.drop(name)}
              onClick={() => onDrop(key)}
            >
              <X size={14} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      <button
        type="button"
        className="iconButton"
        aria-label={text.leave}
        title={text.leave}
        onClick={onLeave}
      >
        <X size={18} aria-hidden="true" />
      </button>
    </div>
  );
}
