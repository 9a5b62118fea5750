import type { RoomSummary } from '@otr/protocol';
import { Check, Copy } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { copyText } from '../app/copy.ts';
import { useDialogs } from '../app/dialogs.ts';
import { useFeedback } from '../app/feedback.tsx';
import { QrCode } from '../app/QrCode.tsx';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import { Modal } from './Modal.tsx';
import { isPersonal } from './personalInvite.ts';
import './invite.css';

interface InviteDialogProps {
  room: RoomSummary;
  /** Of an invite that there is; otherwise the room's open one is asked for. */
  link?: string | undefined;
  onClose(): void;
}

/** The link, a button that copies it, and its QR code. The code's place is kept while the link is made. */
export function InviteDialog({ room, link: known, onClose }: InviteDialogProps) {
  const store = useStore();
  const openDialog = useDialogs();
  const { say } = useFeedback();
  const [link, setLink] = useState(known ?? '');
  const [problem, setProblem] = useState('');
  const [copied, setCopied] = useState(false);
  const id = useId();

  useEffect(() => {
    if (known !== undefined) return;
    let shown = true;
    void store.invite(room.room).then((answer) => {
      if (!shown) return;
      if (answer.ok) setLink(answer.value.link);
      else setProblem(answer.error.message);
    });
    return () => {
      shown = false;
    };
  }, [store, room.room, known]);

  async function copy() {
    const done = await copyText(link);
    setCopied(done);
    say(done ? strings.dialog.copied : strings.message.copyFailed);
  }

  const CopyIcon = copied ? Check : Copy;
  return (
    <Modal
      title={strings.dialog.inviteTitle(room.name)}
      description={isPersonal(link) ? strings.dialog.invitePersonal : strings.dialog.inviteText}
      onClose={onClose}
    >
      <div className="form">
        <label htmlFor={id}>{strings.dialog.inviteLink}</label>
        <textarea
          id={id}
          className="inviteLink"
          readOnly
          rows={3}
          value={link === '' && problem === '' ? strings.dialog.inviteWorking : link}
          onFocus={(event) => event.target.select()}
        />
        <p className="formProblem" role="alert">
          {problem}
        </p>
        <button type="button" className="button primary" disabled={link === ''} onClick={copy}>
          <CopyIcon size={18} aria-hidden="true" />
          {copied ? strings.dialog.copied : strings.dialog.copy}
        </button>
        {known === undefined && (
          <button
            type="button"
            className="linkButton"
            onClick={() => openDialog({ kind: 'newInvite', room: room.room })}
          >
            {strings.invites.options}
          </button>
        )}
      </div>
      <div className="inviteCode">
        {link !== '' && <QrCode text={link} label={strings.dialog.inviteQr} />}
      </div>
    </Modal>
  );
}
