import type { Member, MessageRow } from '@otr/protocol';
import { wholeTime } from '../app/times.ts';
import { useView } from '../app/useStore.ts';
import { Avatar } from '../members/Avatar.tsx';
import { strings } from '../strings.ts';
import { hasRead } from '../timeline/delivery.ts';
import { useReceipt } from '../timeline/useReceipt.ts';
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
export function ReceiptsDialog({ row, onClose }: { row: MessageRow; onClose(): void }) {
  const members = useView((view) => view.members.get(row.room)) ?? [];
  const timeline = useView((view) => view.timelines.get(row.room));
  const known = timeline?.rows.find((candidate) => candidate.id === row.id);
  const current = known?.kind === 'message' ? known : row;
  const { text } = useReceipt(current);
  const recipients = new Set(current.recipients);
  const addressed = members.filter((member) => recipients.has(member.key));
  const hasReceived = ({ received }: Member) => current.seq !== null && received >= current.seq;
  const read = hasRead(current, members);
  const received = addressed.filter((member) => hasReceived(member) && !read.includes(member));
  const gone = recipients.size - addressed.length;
  return (
    <Modal
      title={strings.delivery.title}
      description={strings.delivery.sent(wholeTime(current.at))}
      onClose={onClose}
    >
      <p>{text}</p>
      <Names title={strings.delivery.readBy} members={read} />
      <Names title={strings.delivery.receivedBy} members={received} />
      <Names title={strings.delivery.notYet} members={addressed.filter((member) => !hasReceived(member))} />
      {read.length > 0 && <p className="formHint">{strings.delivery.readHint}</p>}
      {gone > 0 && <p className="formHint">{strings.delivery.gone(gone)}</p>}
    </Modal>
  );
}
