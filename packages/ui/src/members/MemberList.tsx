import type { Member } from '@otr/protocol';
import { UserPlus } from 'lucide-react';
import { useMemo } from 'react';
import { VList } from 'virtua';
import { strings } from '../strings.ts';
import { Avatar } from './Avatar.tsx';
import './memberList.css';

function byName(a: Member, b: Member): number {
  if (a.self !== b.self) return a.self ? -1 : 1;
  return a.name.localeCompare(b.name);
}

function MemberItem({ member }: { member: Member }) {
  const state = member.online ? strings.members.online : strings.members.offline;
  return (
    <div className="member" data-online={member.online}>
      <span className="memberFace">
        <Avatar seed={member.name} name={member.name} size={32} />
        <span className="memberDot" />
      </span>
      <span className="memberName" title={strings.members.key(member.key)}>
        {member.name}
      </span>
      {member.self && <span className="memberYou">{strings.members.you}</span>}
      <span className="visuallyHidden">, {state}</span>
    </div>
  );
}

/** A line of the list: a heading, or a member. */
type Line = { kind: 'heading'; text: string } | { kind: 'member'; member: Member };

function linesOf(members: readonly Member[]): Line[] {
  const parts = [
    { heading: strings.members.onlineHeading, part: members.filter(({ online }) => online) },
    { heading: strings.members.offlineHeading, part: members.filter(({ online }) => !online) },
  ];
  return parts.flatMap(({ heading, part }): Line[] => {
    if (part.length === 0) return [];
    const lines = part.sort(byName).map((member): Line => ({ kind: 'member', member }));
    return [{ kind: 'heading', text: heading(part.length) }, ...lines];
  });
}

function LineItem({ line }: { line: Line }) {
  if (line.kind === 'heading') return <h3 className="memberHeading">{line.text}</h3>;
  return <MemberItem member={line.member} />;
}

function keyOf(line: Line): string {
  return line.kind === 'heading' ? line.text : line.member.key;
}

interface MemberListProps {
  members: readonly Member[];
  onInvite(): void;
}

/** Who is in the room: online first, oneself at the top. A thousand members scroll like ten. */
export function MemberList({ members, onInvite }: MemberListProps) {
  const lines = useMemo(() => linesOf(members), [members]);
  return (
    <div className="memberList" data-testid="member-list">
      <VList className="memberRows" data={lines} tabIndex={0} role="group" aria-label={strings.members.title}>
        {(line) => <LineItem key={keyOf(line)} line={line} />}
      </VList>
      <div className="memberInvite">
        <button type="button" className="button" onClick={onInvite}>
          <UserPlus size={18} aria-hidden="true" />
          {strings.members.invite}
        </button>
      </div>
    </div>
  );
}
