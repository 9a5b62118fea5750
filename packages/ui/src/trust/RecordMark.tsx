import { EyeOff } from 'lucide-react';
import { strings } from '../strings.ts';
import './trust.css';

/** The permanent word of a room off the record. */
export function RecordMark() {
  return (
    <span className="recordMark" title={strings.offTheRecord.title} data-testid="off-the-record">
      <EyeOff size={14} aria-hidden="true" />
      {strings.offTheRecord.word}
    </span>
  );
}
