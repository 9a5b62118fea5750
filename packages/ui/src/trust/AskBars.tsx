import type { Member, RoomSummary } from '@otr/protocol';
import { AudioLines, UserRoundCheck } from 'lucide-react';
import { type ReactNode, useContext, useState } from 'react';
import { useDialogs, WritingContext } from '../app/dialogs.ts';
import { useFeedback } from '../app/feedback.tsx';
import { useAsk } from '../app/useAsk.ts';
import { useStore } from '../app/useStore.ts';
import { mayDo } from '../members/mayDo.ts';
import { strings } from '../strings.ts';
import '../rooms/knocks.css';
import './trust.css';

const text = strings.asks;

interface AskingProps {
  room: RoomSummary;
  member: Member;
}

/** Over the composer: the first member who waits for an answer of this person's. */
export function AskBars({ room, members }: { room: RoomSummary; members: readonly Member[] }) {
  const words = members.find(({ asks }) => asks === 'words');
  const invited = members.find(({ asks }) => asks === 'invited');
  return (
    <div role="status">
      {room.state === 'joined' && words !== undefined && (
        <WordsBar key={words.key} room={room} member={words} />
      )}
      {room.state === 'joined' && words === undefined && invited !== undefined && (
        <InvitedBar key={invited.key} room={room} member={invited} />
      )}
    </div>
  );
}

interface AskBarProps {
  testId: string;
  icon: ReactNode;
  question: string;
  hint: string;
  /** The buttons. */
  children: ReactNode;
}

function AskBar({ testId, icon, question, hint, children }: AskBarProps) {
  return (
    <div className="knockBar" data-testid={testId}>
      {icon}
      <div className="knock">
        <div className="knockText">
          <p>{question}</p>
          <p className="knockHint">{hint}</p>
        </div>
        <div className="knockActions">{children}</div>
      </div>
    </div>
  );
}

/** It reads three words to us. */
function WordsBar({ room, member }: AskingProps) {
  const store = useStore();
  const ask = useAsk();
  const openDialog = useDialogs();
  return (
    <AskBar
      testId="words-bar"
      icon={<AudioLines size={20} aria-hidden="true" />}
      question={text.words(member.name)}
      hint={text.wordsHint}
    >
      <button
        type="button"
        className="button primary"
        onClick={() => openDialog({ kind: 'verify', room: room.room, member: member.key })}
      >
        {text.wordsDo}
      </button>
      <button type="button" className="button" onClick={() => ask(store.stopWords(room.room, member.key))}>
        {text.wordsNot}
      </button>
    </AskBar>
  );
}

/** It came by the invite that we made for one person: for this one? */
function InvitedBar({ room, member }: AskingProps) {
  const store = useStore();
  const ask = useAsk();
  const { say } = useFeedback();
  const openDialog = useDialogs();
  const writeOn = useContext(WritingContext);
  const [working, setWorking] = useState(false);

  async function decide(yes: boolean) {
    setWorking(true);
    const done = await ask(store.confirmInvited(room.room, member.key, yes));
    setWorking(false);
    if (!done) return;
    writeOn();
    say(yes ? strings.verify.done(member.name) : text.invitedNoted);
    // Whoever came in instead of the person that was meant is seldom wanted here.
    if (!yes && mayDo(room, member).remove) openDialog({ kind: 'removeMember', room: room.room, member });
  }

  return (
    <AskBar
      testId="invited-bar"
      icon={<UserRoundCheck size={20} aria-hidden="true" />}
      question={text.invited(member.name)}
      hint={text.invitedHint}
    >
      <button
        type="button"
        className="button primary"
        aria-label={text.invitedYesLabel(member.name)}
        disabled={working}
        onClick={() => decide(true)}
      >
        {text.invitedYes}
      </button>
      <button
        type="button"
        className="button"
        aria-label={text.invitedNoLabel(member.name)}
        disabled={working}
        onClick={() => decide(false)}
      >
        {text.invitedNo}
      </button>
    </AskBar>
  );
}
