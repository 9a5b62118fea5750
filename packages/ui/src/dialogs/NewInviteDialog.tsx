import type { InvitePolicy } from '@otr/client';
import type { RoomSummary } from '@otr/protocol';
import { type FormEvent, useId, useState } from 'react';
import { useStore } from '../app/useStore.ts';
import { Select } from '../details/Select.tsx';
import { strings } from '../strings.ts';
import { Choice } from './Choice.tsx';
import { Modal } from './Modal.tsx';

const text = strings.invites;
const day = 86_400_000;
const endings = [null, 3_600_000, day, 7 * day, 30 * day] as const;
const usesKinds = ['one', 'some', 'any'] as const;
const usesAtMost = 10_000;

interface NewInviteDialogProps {
  room: RoomSummary;
  onClose(): void;
  onMade(link: string): void;
}

/** An invite with limits: for how many, for how long, and whether a person lets each one in. */
export function NewInviteDialog({ room, onClose, onMade }: NewInviteDialogProps) {
  const store = useStore();
  const id = useId();
  const [kind, setKind] = useState<(typeof usesKinds)[number]>('one');
  const [number, setNumber] = useState('5');
  const [ending, setEnding] = useState(endings.indexOf(day));
  const [approval, setApproval] = useState(false);
  const [problem, setProblem] = useState('');
  const [working, setWorking] = useState(false);
  const uses = { one: 1, some: Number(number), any: null }[kind];

  async function make(event: FormEvent) {
    event.preventDefault();
    const policy: InvitePolicy = { uses, expiresIn: endings[ending] ?? null, approval };
    setWorking(true);
    const answer = await store.createInvite(room.room, policy);
    setWorking(false);
    if (answer.ok) onMade(answer.value.link);
    else setProblem(answer.error.message);
  }

  return (
    <Modal title={text.createTitle(room.name)} onClose={onClose}>
      <form className="form" onSubmit={make}>
        <Choice
          title={text.uses}
          labels={text.usesChoices}
          values={usesKinds}
          value={kind}
          onChange={setKind}
        />
        {kind === 'one' && <p className="formHint">{text.personal}</p>}
        {kind === 'some' && (
          <input
            type="number"
            aria-label={text.usesNumber}
            min={1}
            max={usesAtMost}
            step={1}
            required
            value={number}
            onChange={(event) => setNumber(event.target.value)}
          />
        )}
        <span id={`${id}-ending`} className="settingTitle">
          {text.expires}
        </span>
        <Select
          labelledBy={`${id}-ending`}
          value={ending}
          choices={endings.map((after, index) => [index, after === null ? text.never : text.after(after)])}
          onChange={setEnding}
        />
        <label className="check">
          <input
            type="checkbox"
            checked={approval}
            aria-describedby={`${id}-approval`}
            onChange={(event) => setApproval(event.target.checked)}
          />
          {text.approval}
        </label>
        <p id={`${id}-approval`} className="formHint">
          {text.approvalHint}
        </p>
        <p className="formProblem" role="alert">
          {problem}
        </p>
        <div className="formActions">
          <button type="button" className="button" onClick={onClose}>
            {strings.dialog.cancel}
          </button>
          <button type="submit" className="button primary" disabled={working}>
            {working ? strings.dialog.working : text.createDo}
          </button>
        </div>
      </form>
    </Modal>
  );
}
