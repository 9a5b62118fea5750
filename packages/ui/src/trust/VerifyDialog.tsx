import { Tabs } from '@base-ui/react/tabs';
import type { Member, RoomSummary } from '@otr/protocol';
import { useEffect, useState } from 'react';
import { SureButton } from '../app/SureButton.tsx';
import { dayAndYear } from '../app/times.ts';
import { useAsk } from '../app/useAsk.ts';
import { useStore } from '../app/useStore.ts';
import { Modal } from '../dialogs/Modal.tsx';
import { strings } from '../strings.ts';
import { CompareTab } from './CompareTab.tsx';
import { useMember } from './members.ts';
import { SafetyNumberView } from './SafetyNumberView.tsx';
import { ScanTab } from './ScanTab.tsx';
import { TrustMark } from './TrustMark.tsx';
import { type NumberState, useSafetyNumber } from './useSafetyNumber.ts';
import { useWords, type Words } from './useWords.ts';
import { WordsTab } from './WordsTab.tsx';
import '../details/details.css';
import './verify.css';

const text = strings.verify;

type Way = keyof typeof text.tabs;
const ways: readonly Way[] = ['compare', 'scan', 'words'];

interface VerifyDialogProps {
  room: RoomSummary;
  /** The member's key. */
  member: string;
  onClose(): void;
}

/** Whether a member is who it is taken for, and the ways to find out. */
export function VerifyDialog({ room, member: key, onClose }: VerifyDialogProps) {
  const member = useMember(room.room, key);
  const [name] = useState(member?.name ?? '');
  const number = useSafetyNumber(room.room, key, member?.trust);
  const words = useWords(room.room, { key, name, asks: member?.asks === 'words' });
  const verified = member?.trust === 'verified';

  function close() {
    words.leave();
    onClose();
  }

  return (
    <Modal
      title={verified ? text.verifiedTitle(name) : text.title(name)}
      shape="verify"
      onClose={close}
      {...(!verified && { description: text.explain(name) })}
    >
      <div className="verify" data-testid="verify" data-trust={member?.trust ?? 'gone'}>
        {member === undefined && <p role="status">{text.gone}</p>}
        {member !== undefined && verified && <Verified room={room} member={member} number={number} />}
        {member !== undefined && !verified && (
          <Ways room={room} member={member} number={number} words={words} />
        )}
      </div>
    </Modal>
  );
}

interface PartProps {
  room: RoomSummary;
  member: Member;
  number: NumberState;
}

/** How it was verified and when; the way to take it back; the number, for who wants to look again. */
function Verified({ room, member, number }: PartProps) {
  const store = useStore();
  const ask = useAsk();
  const { name, verified } = member;
  return (
    <>
      <p className="verifyState" role="status">
        <TrustMark trust="verified" />
      </p>
      {verified !== null && <p>{text.verifiedHow(verified.by, dayAndYear(verified.at))}</p>}
      <p className="formHint">{text.verifiedHolds(name)}</p>
      {number.kind === 'known' && <SafetyNumberView number={number.value} />}
      <div className="formActions">
        <SureButton
          label={text.takeBack}
          sure={text.takeBackSure}
          className="button dangerText"
          onSure={() => ask(store.unverifyMember(room.room, member.key), text.takenBack(name))}
        />
      </div>
    </>
  );
}

/** Compare, scan, or say three words. */
function Ways({ room, member, number, words }: PartProps & { words: Words }) {
  const asked = words.stage.kind === 'asked';
  const [way, setWay] = useState<Way>(asked ? 'words' : 'compare');
  // The other began: whatever was looked at, there is somebody waiting now.
  useEffect(() => {
    if (asked) setWay('words');
  }, [asked]);
  return (
    <>
      <div className="verifyState" data-trust={member.trust}>
        <TrustMark trust={member.trust} />
        {/* Not to be verified yet is nothing to worry about, and was explained above. */}
        {member.trust !== 'unverified' && (
          <p className="formHint">{strings.trust.sentence(member.trust, member.name)}</p>
        )}
      </div>
      {number.kind === 'none' && (
        <p className="formProblem" role="alert">
          {number.why}
        </p>
      )}
      {number.kind === 'loading' && <p role="status">{text.loading}</p>}
      {number.kind === 'known' && (
        <Tabs.Root value={way} onValueChange={(value: Way) => setWay(value)}>
          <Tabs.List className="detailsTabs verifyTabs" aria-label={text.ways}>
            {ways.map((value) => (
              <Tabs.Tab key={value} value={value} className="detailsTab">
                {text.tabs[value]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="compare" className="verifyPanel">
            <CompareTab room={room} member={member} number={number.value} />
          </Tabs.Panel>
          <Tabs.Panel value="scan" className="verifyPanel">
            <ScanTab room={room.room} member={member} number={number.value} />
          </Tabs.Panel>
          <Tabs.Panel value="words" className="verifyPanel">
            <WordsTab name={member.name} words={words} />
          </Tabs.Panel>
        </Tabs.Root>
      )}
    </>
  );
}
