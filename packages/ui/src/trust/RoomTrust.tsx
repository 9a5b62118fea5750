import type { Member, RoomSummary, Trust } from '@otr/protocol';
import { useDialogs } from '../app/dialogs.ts';
import { strings } from '../strings.ts';
import { trustIcons } from './TrustMark.tsx';
import './trust.css';

/** Which sign stands for the room as a whole. */
function signOf({ verified, unverified, unknown, changed }: RoomSummary['trust'], refused: number): Trust {
  if (changed > 0) return 'changed';
  if (refused > 0) return 'refused';
  return unverified + unknown === 0 && verified > 0 ? 'verified' : 'unverified';
}

/** The one whom the line is about, where it is about one: the only other, or the only one who is doubtful. */
function subjectOf(members: readonly Member[]): Member | null {
  const others = members.filter(({ self }) => !self);
  const changed = others.filter(({ trust }) => trust === 'changed' || trust === 'refused');
  const [only, another] = changed.length > 0 ? changed : others;
  return only !== undefined && another === undefined ? only : null;
}

interface RoomTrustProps {
  room: RoomSummary;
  members: readonly Member[];
  /** Shows all members. */
  onMembers(): void;
}

/** In the header: how many here are verified, in words. Leads to the one it is about, or to the list of all. */
export function RoomTrust({ room, members, onMembers }: RoomTrustProps) {
  const openDialog = useDialogs();
  const refused = members.filter(({ trust }) => trust === 'refused').length;
  const text = strings.trust.headline(room.trust, refused);
  if (text === '' || room.me === null) return null;
  const sign = signOf(room.trust, refused);
  const Icon = trustIcons[sign];
  const subject = subjectOf(members);

  function look() {
    if (subject === null) onMembers();
    else openDialog({ kind: 'verify', room: room.room, member: subject.key });
  }

  return (
    <button
      type="button"
      className="roomTrust"
      data-trust={sign}
      data-testid="room-trust"
      title={strings.trust.headlineDo}
      onClick={look}
    >
      <Icon size={15} aria-hidden="true" />
      <span className="roomTrustText">{text}</span>
      {/* One of the two is shown, by the width of the screen. */}
      <span className="roomTrustShort">{strings.trust.shortHeadline(room.trust, refused)}</span>
    </button>
  );
}
