import type { Acknowledgement, History, Reading, Sighting } from './history.ts';

export type Damage =
  /** Acknowledged, and not in the log. */
  | 'lost'
  /** Acknowledged or shown at another place, or in another epoch, than the log has it. */
  | 'moved'
  /** One id at two places. */
  | 'doubled'
  /** Two entries at one place, or no entry at a place. */
  | 'unnumbered'
  /** A reader was shown what the log does not have. */
  | 'vanished'
  /** A reader was shown another order, or has not been shown everything. */
  | 'otherOrder'
  /** Two commits ended one epoch. */
  | 'twoWinners'
  /** An epoch was opened by no commit. */
  | 'noWinner'
  /** An entry stands in the log outside its epoch. */
  | 'outsideEpoch'
  /** An entry that nobody sent. */
  | 'invented'
  /** What was sent was never answered, though all faults were over. */
  | 'stuck'
  /** A relay says itself that it has a bug. */
  | 'internalError';

export interface Finding {
  damage: Damage;
  /** What is wrong, for the person who reads it. */
  sentence: string;
}

/** Judges a history by rules L1 to L3, L8, L12, A3 and A4; an empty list is the good answer. */
export function check(history: History): Finding[] {
  return [
    ...checkLog(history.log),
    ...checkEpochs(history.log),
    ...checkOrigin(history),
    ...checkAcknowledgements(history),
    ...checkWinners(history.acknowledged),
    ...history.readings.flatMap((reading) => checkReading(reading, history.log)),
  ].map(({ damage, sentence }) => ({ damage, sentence: `room ${history.room}: ${sentence}` }));
}

/** [L1] [L3]: places without holes, each id once. */
function checkLog(log: readonly Sighting[]): Finding[] {
  const findings: Finding[] = [];
  const placeOf = new Map<string, number>();
  for (const [index, { seq, id }] of log.entries()) {
    if (seq !== index + 1) findings.push(finding('unnumbered', `place ${seq} where ${index + 1} is due`));
    const earlier = placeOf.get(id);
    if (earlier !== undefined) findings.push(finding('doubled', `${id} is at ${earlier} and at ${seq}`));
    placeOf.set(id, seq);
  }
  return findings;
}

/** [L8]: the n-th commit opens epoch n, and what follows it is of epoch n. */
function checkEpochs(log: readonly Sighting[]): Finding[] {
  const findings: Finding[] = [];
  let current = 0;
  for (const { seq, kind, epoch } of log) {
    if (kind === 'commit') {
      if (epoch <= current) findings.push(finding('twoWinners', `${seq} opens epoch ${epoch} again`));
      if (epoch > current + 1) findings.push(finding('noWinner', `${seq} opens ${epoch} after ${current}`));
      current = Math.max(current, epoch);
    } else if (epoch !== current) {
      findings.push(finding('outsideEpoch', `${seq} of epoch ${epoch} stands in epoch ${current}`));
    }
  }
  return findings;
}

function checkOrigin({ log, sent }: History): Finding[] {
  return log
    .filter(({ id }) => !sent.has(id))
    .map(({ seq, id }) => finding('invented', `nobody sent ${id} at ${seq}`));
}

/** [L2] [L3]: what was acknowledged is where the acknowledgement says, in the epoch that the sender meant. */
function checkAcknowledgements({ acknowledged, log }: History): Finding[] {
  const places = new Map(log.map((entry) => [entry.id, entry]));
  const findings: Finding[] = [];
  for (const { id, seq, kind, sentFor } of acknowledged) {
    const stored = places.get(id);
    if (stored === undefined) {
      findings.push(finding('lost', `${id} was acknowledged at ${seq}`));
      continue;
    }
    if (stored.seq !== seq)
      findings.push(finding('moved', `${id} was acknowledged at ${seq}, is at ${stored.seq}`));
    if (!sentFor.includes(kind === 'commit' ? stored.epoch - 1 : stored.epoch))
      findings.push(finding('moved', `${id} was sent for epoch ${sentFor.join()}, is of ${stored.epoch}`));
  }
  return findings;
}

/** [L8]: of all commits that were to end an epoch one was acknowledged at the most. */
function checkWinners(acknowledged: readonly Acknowledgement[]): Finding[] {
  const winners = new Map<number, string>();
  const findings: Finding[] = [];
  for (const { id, kind, sentFor } of acknowledged) {
    const ended = sentFor[0];
    if (kind !== 'commit' || ended === undefined) continue;
    const other = winners.get(ended);
    if (other !== undefined && other !== id)
      findings.push(finding('twoWinners', `${other} and ${id} ended epoch ${ended}`));
    winners.set(ended, id);
  }
  return findings;
}

/** [L12]: what a reader was shown is the log, in its order, all of it. */
function checkReading(reading: Reading, whole: readonly Sighting[]): Finding[] {
  const { reader, entries, contradictions } = reading;
  const log = readableBy(reading, whole);
  const findings = contradictions.map((sentence) => finding('otherOrder', `${reader}: ${sentence}`));
  const stored = new Map(log.map((entry) => [entry.id, entry]));
  const shown = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const place = stored.get(entry.id);
    if (shown.has(entry.id)) findings.push(finding('doubled', `${reader} was shown ${entry.id} twice`));
    shown.add(entry.id);
    if (place === undefined)
      findings.push(finding('vanished', `${reader} was shown ${entry.id} at ${entry.seq}`));
    else if (place.seq !== entry.seq || place.epoch !== entry.epoch || place.kind !== entry.kind)
      findings.push(finding('moved', `${reader} was shown ${entry.id} as another entry than the log has`));
    if (log[index]?.id !== entry.id)
      findings.push(finding('otherOrder', `${reader} was shown ${entry.id} as number ${index + 1}`));
  }
  if (entries.length < log.length)
    findings.push(finding('otherOrder', `${reader} was shown ${entries.length} of ${log.length}`));
  return findings;
}

/** [A4]: a removed member reads up to the commit that ended its epoch. */
function readableBy({ removedAt }: Reading, log: readonly Sighting[]): readonly Sighting[] {
  if (removedAt === undefined) return log;
  const end = log.findIndex(({ kind, epoch }) => kind === 'commit' && epoch >= removedAt);
  return end === -1 ? log : log.slice(0, end + 1);
}

function finding(damage: Damage, sentence: string): Finding {
  return { damage, sentence };
}
