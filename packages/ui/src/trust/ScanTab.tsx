import type { Member, SafetyNumber } from '@otr/protocol';
import { Camera, CameraOff, Copy, Image } from 'lucide-react';
import { type ChangeEvent, type FormEvent, useId, useRef, useState } from 'react';
import { copyText } from '../app/copy.ts';
import { useFeedback } from '../app/feedback.tsx';
import { QrCode } from '../app/QrCode.tsx';
import { useStore } from '../app/useStore.ts';
import { strings } from '../strings.ts';
import { CameraView } from './CameraView.tsx';
import { DifferentAlarm } from './DifferentAlarm.tsx';
import { readCodeOfFile } from './readCode.ts';

const text = strings.verify;
/** What every such code begins with (D6). */
const beginning = 'otr-verify:1:';

/** Why a code was not taken. `false`: it belongs to somebody else, which is worth alarm. */
type Problem = { alarm: boolean; why: string };

interface ScanTabProps {
  room: string;
  member: Member;
  number: SafetyNumber;
}

/** One's own code to show, and the ways to read the other's: camera, picture, text. */
export function ScanTab({ room, member, number }: ScanTabProps) {
  const store = useStore();
  const { say } = useFeedback();
  const [scanning, setScanning] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const file = useRef<HTMLInputElement>(null);

  async function check(code: string) {
    setScanning(false);
    setProblem(null);
    if (!code.startsWith(beginning)) return setProblem({ alarm: false, why: text.notCode });
    const answer = await store.verifyMember(room, member.key, code);
    if (answer.ok) return say(text.done(member.name));
    const other = answer.error.code === 'notTheSame';
    setProblem({ alarm: other, why: other ? text.notTheSame(member.name) : answer.error.message });
  }

  async function choose({ target }: ChangeEvent<HTMLInputElement>) {
    const chosen = target.files?.[0];
    target.value = '';
    if (chosen === undefined) return;
    const code = await readCodeOfFile(chosen);
    if (code === null) setProblem({ alarm: false, why: text.imageNone });
    else await check(code);
  }

  async function copy() {
    say((await copyText(number.code)) ? text.copied : strings.message.copyFailed);
  }

  const CameraIcon = scanning ? CameraOff : Camera;
  return (
    <>
      <p>{text.scanHow(member.name)}</p>
      {scanning ? (
        <CameraView
          onCode={(code) => void check(code)}
          onDenied={() => {
            setScanning(false);
            setProblem({ alarm: false, why: text.cameraDenied });
          }}
        />
      ) : (
        <figure className="verifyCode">
          <QrCode text={number.code} label={text.codeLabel} testId="verify-code" />
          <figcaption>{text.code}</figcaption>
        </figure>
      )}
      <ScanProblem problem={problem} name={member.name} />
      <div className="verifyAnswers">
        <button
          type="button"
          className="button primary"
          onClick={() => {
            setProblem(null);
            setScanning(!scanning);
          }}
        >
          <CameraIcon size={18} aria-hidden="true" />
          {scanning ? text.cameraStop : text.camera}
        </button>
        <button type="button" className="button" onClick={() => file.current?.click()}>
          <Image size={18} aria-hidden="true" />
          {text.image}
        </button>
        <input
          ref={file}
          type="file"
          accept="image/*"
          hidden
          tabIndex={-1}
          aria-label={text.image}
          data-testid="code-image"
          onChange={choose}
        />
      </div>
      <PasteForm onCode={check} />
      <button type="button" className="linkButton" onClick={copy}>
        <Copy size={16} aria-hidden="true" />
        {text.copy}
      </button>
    </>
  );
}

function ScanProblem({ problem, name }: { problem: Problem | null; name: string }) {
  if (problem?.alarm === true) return <DifferentAlarm title={problem.why} name={name} />;
  return (
    <p className="formProblem" role="alert">
      {problem?.why ?? ''}
    </p>
  );
}

function PasteForm({ onCode }: { onCode(code: string): Promise<void> }) {
  const id = useId();
  const [code, setCode] = useState('');

  function submit(event: FormEvent) {
    event.preventDefault();
    if (code.trim() !== '') void onCode(code.trim());
  }

  return (
    <form className="verifyPaste" onSubmit={submit}>
      <label htmlFor={id}>{text.paste}</label>
      <input
        id={id}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      <button type="submit" className="button" disabled={code.trim() === ''}>
        {text.pasteDo}
      </button>
    </form>
  );
}
