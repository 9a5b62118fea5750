import type { AlarmRow, NoticeRow, RefusedRow } from '@otr/protocol';
import { ShieldX, TriangleAlert } from 'lucide-react';
import { clockTime } from '../app/times.ts';
import { strings } from '../strings.ts';

/** Somebody came, left, took another name … */
export function Notice({ row }: { row: NoticeRow }) {
  return (
    <p className="notice rowFocus" data-testid="notice-row" data-event={row.event} tabIndex={-1}>
      {strings.notices[row.event](row.data)} <time className="noticeTime">{clockTime(row.at)}</time>
    </p>
  );
}

function refusedTitle({ problem, name }: RefusedRow): string {
  return problem === 'badCommit' ? strings.problems.commitRefusedTitle : strings.problems.refusedTitle(name);
}

/** An entry that was refused, with its reason. */
export function RefusedNote({ row }: { row: RefusedRow }) {
  return (
    <article
      className="problem refused rowFocus"
      data-testid="refused-row"
      data-problem={row.problem}
      tabIndex={-1}
    >
      <ShieldX size={20} aria-hidden="true" />
      <div>
        <p className="problemTitle">{refusedTitle(row)}</p>
        <p>{strings.problems.reasons[row.problem]}</p>
        <p>{strings.problems.refusedAdvice(row.problem)}</p>
        <p className="problemCode">
          {strings.problems.technical(row.problem)} · <time>{clockTime(row.at)}</time>
        </p>
      </div>
    </article>
  );
}

/** The relay was caught misbehaving, or our own keys are those of an older state. */
export function AlarmNote({ row }: { row: AlarmRow }) {
  return (
    <article
      className="problem alarm rowFocus"
      data-testid="alarm-row"
      data-problem={row.problem}
      tabIndex={-1}
    >
      <TriangleAlert size={20} aria-hidden="true" />
      <div>
        <p className="problemTitle">
          {row.problem === 'ownStateOld' ? strings.problems.ownStateTitle : strings.problems.alarmTitle}
        </p>
        <p>
          {strings.problems.reasons[row.problem]}
          {strings.problems.detail(row)}
        </p>
        <p>{strings.problems.advice(row.problem)}</p>
        <p className="problemCode">
          {strings.problems.technical(row.problem)} · <time>{clockTime(row.at)}</time>
        </p>
      </div>
    </article>
  );
}
