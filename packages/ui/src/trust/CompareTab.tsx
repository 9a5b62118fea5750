import type { Member, RoomSummary, SafetyNumber } from '@otr/protocol';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { useDialogs } from '../app/dialogs.ts';
import { useFeedback } from '../app/feedback.tsx';
import { useStore } from '../app/useStore.ts';
import { mayDo } from '../members/mayDo.ts';
import { strings } from '../strings.ts';
import { DifferentAlarm } from './DifferentAlarm.tsx';
import { SafetyNumberView } from './SafetyNumberView.tsx';

const text = strings.verify;

interface CompareTabProps {
  room: RoomSummary;
  member: Member;
  number: SafetyNumber;
}

/** Two people look at the same number. The answer is sent with the number that was on the screen. */
export function CompareTab({ room, member, number }: CompareTabProps) {
  const store = useStore();
  const { say } = useFeedback();
  const [different, setDifferent] = useState(false);
  const [problem, setProblem] = useState('');
  const [working, setWorking] = useState(false);

  async function same() {
    setWorking(true);
    const answer = await store.verifyMember(room.room, member.key, number.number);
    setWorking(false);
    if (answer.ok) say(text.done(member.name));
    else setProblem(answer.error.message);
  }

  if (different) return <Different room={room} member={member} onBack={() => setDifferent(false)} />;
  return (
    <>
      <p>{text.compareHow(member.name)}</p>
      <SafetyNumberView number={number} />
      <p className="formProblem" role="alert">
        {problem}
      </p>
      <div className="verifyAnswers">
        <button type="button" className="button primary" disabled={working} onClick={same}>
          <Check size={18} aria-hidden="true" />
          {text.same}
        </button>
        <button type="button" className="button dangerText" onClick={() => setDifferent(true)}>
          <X size={18} aria-hidden="true" />
          {text.different}
        </button>
      </div>
    </>
  );
}

/** What it means that they are different, and what to do. */
function Different({ room, member, onBack }: { room: RoomSummary; member: Member; onBack(): void }) {
  const openDialog = useDialogs();
  return (
    <>
      <DifferentAlarm title={text.differentTitle} name={member.name} />
      <div className="verifyAnswers">
        {/* biome-ignore lint/a11y/noAutofocus: the button that was pressed is gone */}
        <button type="button" className="button" autoFocus onClick={onBack}>
          {text.lookAgain}
        </button>
        {mayDo(room, member).remove && (
          <button
            type="button"
            className="button dangerText"
            onClick={() => openDialog({ kind: 'removeMember', room: room.room, member })}
          >
            {text.remove(member.name)}
          </button>
        )}
      </div>
    </>
  );
}
