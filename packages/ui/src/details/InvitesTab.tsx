import type { InviteSummary, RoomDetails, RoomSummary } from '@otr/protocol';
import { BadgeCheck, Copy, Plus, QrCode } from 'lucide-react';
import { copyText } from '../app/copy.ts';
import { useDialogs } from '../app/dialogs.ts';
import { useFeedback } from '../app/feedback.tsx';
import { SureButton } from '../app/SureButton.tsx';
import { shortTime, untilText } from '../app/times.ts';
import { useAsk } from '../app/useAsk.ts';
import { useStore } from '../app/useStore.ts';
import { isPersonal } from '../dialogs/personalInvite.ts';
import { mayInvite } from '../members/mayDo.ts';
import { strings } from '../strings.ts';

const text = strings.invites;
interface InviteItemProps {
  room: string;
  invite: InviteSummary;
  mayRevoke: boolean;
  onGone(): void;
}

function InviteItem({ room, invite, mayRevoke, onGone }: InviteItemProps) {
  const store = useStore();
  const ask = useAsk();
  const { say } = useFeedback();
  const openDialog = useDialogs();
  const { link } = invite;
  const until = invite.expiresAt === null ? null : untilText(invite.expiresAt);

  async function revoke() {
    if (await ask(store.revokeInvite(room, invite.invite), text.revoked)) onGone();
  }

  async function copy(link: string) {
    say((await copyText(link)) ? text.copied : strings.message.copyFailed);
  }

  return (
    <li className="inviteItem" data-testid="invite">
      <p className="invitePolicy">{text.policy(invite.uses, until, invite.approval)}</p>
      <p className="formHint">{text.by(invite.by, shortTime(invite.at))}</p>
      {link !== null && isPersonal(link) && (
        <p className="invitePersonal">
          <BadgeCheck size={15} aria-hidden="true" />
          {text.personal}
        </p>
      )}
      {link === null && <p className="formHint">{text.linkHidden}</p>}
      <div className="inviteActions">
        {link !== null && (
          <>
            <button type="button" className="linkButton" onClick={() => copy(link)}>
              <Copy size={15} aria-hidden="true" />
              {text.copy}
            </button>
            <button
              type="button"
              className="iconButton"
              aria-label={text.show}
              title={text.show}
              onClick={() => openDialog({ kind: 'invite', room, link })}
            >
              <QrCode size={17} aria-hidden="true" />
            </button>
          </>
        )}
        {mayRevoke && <SureButton label={text.revoke} sure={text.revokeSure} onSure={revoke} />}
      </div>
    </li>
  );
}

interface InvitesTabProps {
  room: RoomSummary;
  details: RoomDetails;
  /** An invite that had the focus is gone. */
  onGone(): void;
}

/** The invites of the room, each with its limits; and the way to another. */
export function InvitesTab({ room, details, onGone }: InvitesTabProps) {
  const openDialog = useDialogs();
  const may = mayInvite(room);
  return (
    <div className="detailsScroll">
      <p className="formHint">{details.invites.length === 0 ? text.none : text.explain}</p>
      <ul className="inviteList">
        {details.invites.map((invite) => (
          <InviteItem key={invite.invite} room={room.room} invite={invite} mayRevoke={may} onGone={onGone} />
        ))}
      </ul>
      {may ? (
        <button
          type="button"
          className="button"
          onClick={() => openDialog({ kind: 'newInvite', room: room.room })}
        >
          <Plus size={18} aria-hidden="true" />
          {text.create}
        </button>
      ) : (
        <p className="formHint">{text.notAllowed}</p>
      )}
    </div>
  );
}
