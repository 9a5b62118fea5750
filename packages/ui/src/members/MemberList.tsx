import type { Member } from '@otr/protocol';
import { UserPlus } from 'lucide-react';
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

/** Above this, only the members in view are in the page. */
const virtualFrom = 60;

function MemberRows({ members }: { members: readonly Member[] }) {
  if (members.length < virtualFrom) {
    return (
      <ul className="memberRows">
        {members.map((member) => (
          <li key={member.key}>
            <MemberItem member={member} />
          </li>
        ))}
      </ul>
    );
  }
  return (
    <VList
      className="memberRows virtual"
      data={members}
      itemSize={44}
      tabIndex={0}
      aria-label={strings.members.title}
      role="group"
    >
      {(member) => <MemberItem key={member.key} member={member} />}
    </VList>
  );
}

interface MemberListProps {
  members: readonly Member[];
  onInvite(): void;
}

/** Who is in the room: online first, oneself at the top. */
export function MemberList({ members, onInvite }: MemberListProps) {
  const online = members.filter((member) => member.online).sort(byName);
  const offline = members.filter((member) => !member.online).sort(byName);
  return (
    <div className="memberList" data-testid="member-list">
      {online.length > 0 && <h3 className="memberHeading">{strings.members.onlineHeading(online.length)}</h3>}
      {online.length > 0 && <MemberRows members={online} />}
      {offline.length > 0 && (
        <h3 className="memberHeading">{strings.members.offlineHeading(offline.length)}</h3>
      )}
      {offline.length > 0 && <MemberRows members={offline} />}
      <button type="button" className="button memberInvite" onClick={onInvite}>
        <UserPlus size={18} aria-hidden="true" />
        {strings.members.invite}
      </button>
    </div>
  );
}
