import type { Roles } from '@otr/client';
import type { RoomDetails, RoomSummary } from '@otr/protocol';
import { LogOut } from 'lucide-react';
import { useId } from 'react';
import { useDialogs } from '../app/dialogs.ts';
import { useAsk } from '../app/useAsk.ts';
import { useStore } from '../app/useStore.ts';
import { mayChange } from '../members/mayDo.ts';
import { strings } from '../strings.ts';
import { ExportSection } from './ExportSection.tsx';
import { KeysSection } from './KeysSection.tsx';
import { Select } from './Select.tsx';

const text = strings.details;
const day = 86_400_000;
const timers = [0, 3_600_000, day, 7 * day, 28 * day, 90 * day];
const deeds = ['invite', 'remove', 'change'] as const;
const roles = ['everyone', 'admins'] as const;

function NameSection({ room, may }: { room: RoomSummary; may: boolean }) {
  const openDialog = useDialogs();
  return (
    <section className="detailsSection">
      <h3>{text.name}</h3>
      <p className="detailsName">{room.name}</p>
      {may && (
        <button
          type="button"
          className="linkButton"
          onClick={() => openDialog({ kind: 'rename', room: room.room })}
        >
          {text.rename}
        </button>
      )}
    </section>
  );
}

function TimerSection({ details, may }: { details: RoomDetails; may: boolean }) {
  const store = useStore();
  const ask = useAsk();
  const id = useId();
  const now = details.disappearAfter;
  const choices = timers.includes(now) ? timers : [...timers, now].sort((a, b) => a - b);
  return (
    <section className="detailsSection">
      <h3 id={id}>{text.timer}</h3>
      <Select
        labelledBy={id}
        value={now}
        disabled={!may}
        choices={choices.map((value) => [value, value === 0 ? text.timerOff : text.duration(value)])}
        onChange={(value) => ask(store.setTimer(details.room, value))}
      />
      <p className="formHint">{text.timerHint}</p>
    </section>
  );
}

function RolesSection({ details, may }: { details: RoomDetails; may: boolean }) {
  const store = useStore();
  const ask = useAsk();
  const id = useId();
  const set = (change: Partial<Roles>) => ask(store.setRoles(details.room, { ...details.roles, ...change }));
  return (
    <section className="detailsSection">
      <h3>{text.roles}</h3>
      {deeds.map((deed) => (
        <div key={deed} className="roleRow">
          <span id={`${id}-${deed}`}>{text.role[deed]}</span>
          <Select
            labelledBy={`${id}-${deed}`}
            value={details.roles[deed]}
            disabled={!may}
            choices={roles.map((role) => [role, text.roleChoices[role]])}
            onChange={(role) => set({ [deed]: role })}
          />
        </div>
      ))}
      {!may && <p className="formHint">{text.notAllowed}</p>}
    </section>
  );
}

/** How the room is set up: its name, timer and roles, its keys, its history as a file, and the way out. */
export function RoomTab({ room, details }: { room: RoomSummary; details: RoomDetails | undefined }) {
  const openDialog = useDialogs();
  const may = mayChange(room);
  return (
    <div className="detailsScroll">
      <NameSection room={room} may={may} />
      {room.offTheRecord && (
        <section className="detailsSection">
          <h3>{strings.offTheRecord.word}</h3>
          <p className="formHint">{strings.offTheRecord.empty}</p>
        </section>
      )}
      {details !== undefined && (
        <>
          <TimerSection details={details} may={may} />
          <RolesSection details={details} may={may} />
          <KeysSection details={details} />
        </>
      )}
      <ExportSection room={room} />
      <section className="detailsSection">
        <button
          type="button"
          className="button dangerText"
          onClick={() => openDialog({ kind: 'leave', room: room.room })}
        >
          <LogOut size={16} aria-hidden="true" />
          {room.state === 'removed' ? strings.room.removedLeave : text.leave}
        </button>
      </section>
    </div>
  );
}
