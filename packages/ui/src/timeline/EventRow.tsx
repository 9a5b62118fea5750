import type { AlarmRow, NoticeRow, RefusedRow, Trust } from '@otr/protocol';
import { BadgeCheck, type LucideIcon, OctagonX, ShieldX, TriangleAlert } from 'lucide-react';
import { clockTime } from '../app/times.ts';
import { strings } from '../strings.ts';
import '../trust/trust.css';

const signs: Partial<Record<NoticeRow['event'], readonly [LucideIcon, Trust]>> = {
  verified: [BadgeCheck, 'verified'],
  identityChanged: [TriangleAlert, 'changed'],
  wordsWrong: [OctagonX, 'refused'],
};

/** What says who is who has a sign. */
function NoticeSign({ event }: Pick<NoticeRow, 'event'>) {
  const sign = signs[event];
  if (sign === undefined) return null;
  const [Icon, trust] = sign;
  return (
    <span className="noticeSign trustMark" data-trust={trust}>
      <Icon size={15} aria-hidden="true" />
    </span>
  );
}

/** Somebody came, left, took another name … */
export function Notice({ row }: { row: NoticeRow }) {
  return (
    <p className="notice rowFocus" data-testid="notice-row" data-event={row.event} tabIndex={-1}>
      <NoticeSign event={row.event} />
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

function alarmTitle({ problem, name }: AlarmRow): string {
  if (problem === 'ownStateOld') return strings.problems.ownStateTitle;
  return problem === 'identityRefused' ? strings.problems.identityTitle(name) : strings.problems.alarmTitle;
}

/** The relay was caught misbehaving, a member passes for another, or our own keys are those of an older state. */
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
        <p className="problemTitle">{alarmTitle(row)}</p>
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
