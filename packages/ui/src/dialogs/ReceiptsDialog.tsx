import type { Member, MessageRow } from '@otr/protocol';
import { useDialogs } from '../app/dialogs.ts';
import { wholeTime } from '../app/times.ts';
import { useView } from '../app/useStore.ts';
import { Avatar } from '../members/Avatar.tsx';
import { strings } from '../strings.ts';
import { hasRead } from '../timeline/delivery.ts';
import { useReceipt } from '../timeline/useReceipt.ts';
import { whisperNames } from '../timeline/whisperText.ts';
import { useMember, useMembers } from '../trust/members.ts';
import { TrustMark } from '../trust/TrustMark.tsx';
import { Modal } from './Modal.tsx';
import './lists.css';

function Names({ title, members }: { title: string; members: readonly Member[] }) {
  if (members.length === 0) return null;
  return (
    <>
      <h3 className="listHeading">{title}</h3>
      <ul className="list">
        {members.map((member) => (
          <li key={member.key}>
            <Avatar seed={member.name} name={member.name} size={28} />
            {member.name}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Who has received an own message, of those that it was sealed for. */
function Receipts({ row }: { row: MessageRow }) {
  const members = useMembers(row.room);
  const { text } = useReceipt(row);
  const recipients = new Set(row.recipients);
  const addressed = members.filter((member) => recipients.has(member.key));
  const hasReceived = ({ received }: Member) => row.seq !== null && received >= row.seq;
  const read = hasRead(row, members);
  const received = addressed.filter((member) => hasReceived(member) && !read.includes(member));
  const gone = recipients.size - addressed.length;
  return (
    <>
      <p>{text}</p>
      <Names title={strings.delivery.readBy} members={read} />
      <Names title={strings.delivery.receivedBy} members={received} />
      <Names title={strings.delivery.notYet} members={addressed.filter((member) => !hasReceived(member))} />
      {read.length > 0 && <p className="formHint">{strings.delivery.readHint}</p>}
      {gone > 0 && <p className="formHint">{strings.delivery.gone(gone)}</p>}
    </>
  );
}

/** What was known of the sender when the message came, and what is known now. */
function Sender({ row }: { row: MessageRow }) {
  const openDialog = useDialogs();
  const member = useMember(row.room, row.from);
  const { trust, name } = row;
  const isAnother = member !== undefined && member.trust !== trust;
  return (
    <>
      {trust !== undefined && (
        <section className="senderTrust" data-testid="sender-then" data-trust={trust}>
          <h3 className="listHeading">{strings.trust.atMessage}</h3>
          <TrustMark trust={trust} />
          <p className="formHint">{strings.trust.sentence(trust, name)}</p>
        </section>
      )}
      {isAnother && (
        <section className="senderTrust" data-testid="sender-now" data-trust={member.trust}>
          <h3 className="listHeading">{strings.trust.now}</h3>
          <TrustMark trust={member.trust} />
        </section>
      )}
      {member !== undefined && !member.self && (
        <div className="formActions">
          <button
            type="button"
            className="button"
            onClick={() => openDialog({ kind: 'verify', room: row.room, member: member.key })}
          >
            {member.trust === 'verified' ? strings.trust.aboutItem : strings.trust.verifyDo}
          </button>
        </div>
      )}
    </>
  );
}

/** A message's details: when, for whom, who has it, and what was known of who said it. */
export function ReceiptsDialog({ row, onClose }: { row: MessageRow; onClose(): void }) {
  const timeline = useView((view) => view.timelines.get(row.room));
  const me = useView((view) => view.rooms.find(({ room }) => room === row.room)?.me) ?? undefined;
  const known = timeline?.rows.find((candidate) => candidate.id === row.id);
  const current = known?.kind === 'message' ? known : row;
  const sent = strings.delivery.sent(wholeTime(current.at));
  return (
    <Modal
      title={current.own ? strings.delivery.title : strings.delivery.from(current.name)}
      description={sent}
      onClose={onClose}
    >
      {current.whisper !== undefined && (
        <p data-testid="whisper-details">
          {strings.whispers.details(whisperNames(current.whisper, me).join(', '))}
        </p>
      )}
      {current.own ? <Receipts row={current} /> : <Sender row={current} />}
    </Modal>
  );
}
