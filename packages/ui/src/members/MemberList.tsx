import type { Member, RoomSummary } from '@otr/protocol';
import { Shield, UserPlus } from 'lucide-react';
import { useMemo } from 'react';
import { VList } from 'virtua';
import { useDialogs } from '../app/dialogs.ts';
import { strings } from '../strings.ts';
import { TrustMark } from '../trust/TrustMark.tsx';
import { Avatar } from './Avatar.tsx';
import { MemberMenu, MemberMenuTrigger } from './MemberMenu.tsx';
import { mayDo, mayInvite } from './mayDo.ts';
import { isPresenceKnown } from './presence.ts';
import './memberList.css';

function byName(a: Member, b: Member): number {
  if (a.self !== b.self) return a.self ? -1 : 1;
  return a.name.localeCompare(b.name);
}

function presenceOf(member: Member, known: boolean): 'online' | 'offline' | 'unknown' {
  if (!known) return 'unknown';
  return member.online ? 'online' : 'offline';
}

function MemberItem({ room, member, known }: { room: RoomSummary; member: Member; known: boolean }) {
  const presence = presenceOf(member, known);
  return (
    <div className="member" data-presence={presence}>
      <span className="memberFace">
        <Avatar seed={member.name} name={member.name} size={32} />
        {known && <span className="memberDot" />}
      </span>
      <span className="memberText">
        <span className="memberName" title={strings.members.key(member.key)}>
          {member.name}
        </span>
        {!member.self && <MemberTrust room={room} member={member} />}
      </span>
      {member.admin && (
        <span className="memberAdmin" title={strings.members.admin}>
          <Shield size={16} aria-hidden="true" />
          <span className="visuallyHidden">, {strings.members.admin}</span>
        </span>
      )}
      {member.self && <span className="memberYou">{strings.members.you}</span>}
      {presence !== 'unknown' && <span className="visuallyHidden">, {strings.members[presence]}</span>}
      {(!member.self || mayDo(room, member).any) && room.me !== null && <MemberMenuTrigger member={member} />}
    </div>
  );
}

/** What is known of who it is, in a word; leads to the ways to find out. */
function MemberTrust({ room, member }: { room: RoomSummary; member: Member }) {
  const openDialog = useDialogs();
  const { trust, name, key } = member;
  const about = trust === 'verified' ? strings.trust.aboutName(name) : strings.trust.verifyName(name);
  return (
    <button
      type="button"
      className="memberTrust"
      title={about}
      data-testid="member-trust"
      data-trust={trust}
      onClick={() => openDialog({ kind: 'verify', room: room.room, member: key })}
    >
      <TrustMark trust={trust} />
      <span className="visuallyHidden">. {about}</span>
    </button>
  );
}

/** A line of the list: a heading, or a member. */
type Line = { kind: 'heading'; text: string } | { kind: 'member'; member: Member };

function linesOf(members: readonly Member[]): Line[] {
  const everybody = { heading: strings.members.everybodyHeading, part: [...members] };
  const byPresence = [
    { heading: strings.members.onlineHeading, part: members.filter(({ online }) => online) },
    { heading: strings.members.offlineHeading, part: members.filter(({ online }) => !online) },
  ];
  const parts = isPresenceKnown(members) ? byPresence : [everybody];
  return parts.flatMap(({ heading, part }): Line[] => {
    if (part.length === 0) return [];
    const lines = part.sort(byName).map((member): Line => ({ kind: 'member', member }));
    return [{ kind: 'heading', text: heading(part.length) }, ...lines];
  });
}

function LineItem({ room, line, known }: { room: RoomSummary; line: Line; known: boolean }) {
  if (line.kind === 'heading') return <h3 className="memberHeading">{line.text}</h3>;
  return <MemberItem room={room} member={line.member} known={known} />;
}

function keyOf(line: Line): string {
  return line.kind === 'heading' ? line.text : line.member.key;
}

interface MemberListProps {
  room: RoomSummary;
  members: readonly Member[];
  onInvite(): void;
}

/** Who is in the room: online first, oneself at the top. A thousand members scroll like ten. */
export function MemberList({ room, members, onInvite }: MemberListProps) {
  const known = isPresenceKnown(members);
  const lines = useMemo(() => linesOf(members), [members]);
  return (
    <div className="memberList" data-testid="member-list">
      {!known && <p className="memberUnknown">{strings.members.unknown}</p>}
      <VList className="memberRows" data={lines} tabIndex={0} role="group" aria-label={strings.members.title}>
        {(line) => <LineItem key={keyOf(line)} room={room} line={line} known={known} />}
      </VList>
      {mayInvite(room) && (
        <div className="memberInvite">
          <button type="button" className="button" onClick={onInvite}>
            <UserPlus size={18} aria-hidden="true" />
            {strings.members.invite}
          </button>
        </div>
      )}
      <MemberMenu room={room} />
    </div>
  );
}
