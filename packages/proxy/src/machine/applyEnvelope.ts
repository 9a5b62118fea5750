import type { Content, EnvelopeEntry, PayloadProof, ProblemCode, Row } from '@otr/protocol';
import { fromText, sameBytes, toText } from '../core/text.ts';
import { withMember } from './members.ts';
import type { LogEffect, LogRules, RoomLog } from './roomLog.ts';
import { alarmRow, noticeRow, orderOf, refusedRow } from './rows.ts';
import { endRun, nameOf, type Step, withRow } from './step.ts';

/** An envelope at its place in the log: shown, or shown as refused with the reason (M4–M8, M10, M13). */
export function applyEnvelope(log: RoomLog, entry: EnvelopeEntry, rules: LogRules): Step {
  const key = toText(entry.from);
  if (log.joinedAt === null) return { log, effects: [] };
  if (key === log.me && log.members.has(key)) return applyOwn(endRun(log), entry, rules);
  if (!log.members.has(key)) return refused(log, entry, 'unknownSender', rules);
  // An id that waits in our outbox is ours: nobody else can have drawn it.
  const taken = rules.placeOf(entry.id) !== null || rules.ownContent(entry.id) !== null;
  if (taken) return refused(log, entry, 'replayed', rules);

  const opened = rules.open(entry);
  if (!opened.ok) {
    if (opened.problem === 'notForUs') return extendRun(log, entry, rules);
    return refused(log, entry, opened.problem, rules);
  }
  const decoded = rules.decode(opened.plaintext);
  if (!decoded) return refused(log, entry, 'badPayload', rules);
  const proof = decoded.kind === 'known' ? decoded.payload.proof : decoded.proof;
  if (proof.id !== toText(entry.id)) return refused(log, entry, 'wrongId', rules);
  const last = log.counters.get(key);
  if (last !== undefined && proof.counter <= last) {
    return refused(log, entry, proof.counter === last ? 'replayed' : 'outOfOrder', rules);
  }

  const counted = { ...endRun(log), counters: new Map(log.counters).set(key, proof.counter) };
  const alarms = alarmsOf(log, entry, proof, rules);
  const adopted = adoptDigest(counted, entry, proof, rules);
  const shown =
    decoded.kind === 'known'
      ? applyContent(adopted.log, entry, decoded.payload.content, proof.at, rules)
      : withRow(
          adopted.log,
          noticeRow(placeOf(entry, rules), 'newerVersion', { name: nameOf(log, key, rules) }),
        );
  return { log: shown.log, effects: [...shown.effects, ...alarms, ...adopted.effects] };
}

/** M13: what we sent is at its place. A relay cannot invent any: the id must be one that waits for its place. */
function applyOwn(log: RoomLog, entry: EnvelopeEntry, rules: LogRules): Step {
  const content = rules.ownContent(entry.id);
  if (content === null) {
    return refused(log, entry, rules.placeOf(entry.id) === null ? 'badCiphertext' : 'replayed', rules);
  }
  const placed: LogEffect = { kind: 'placeOwn', id: entry.id, seq: entry.seq };
  if (content.kind === 'text') return { log, effects: [placed] };
  const shown = applyContent(log, entry, content, rules.now, rules);
  return { log: shown.log, effects: [placed, ...shown.effects] };
}

function applyContent(
  log: RoomLog,
  entry: EnvelopeEntry,
  content: Content,
  at: number,
  rules: LogRules,
): Step {
  const key = toText(entry.from);
  const member = log.members.get(key);
  if (!member) return { log, effects: [] };
  const place = placeOf(entry, rules);
  const name = nameOf(log, key, rules);
  switch (content.kind) {
    case 'text': {
      const base = { room: rules.room, id: toText(entry.id), order: orderOf(entry.seq), seq: entry.seq };
      // A sender's clock that is ahead of ours would put a message into the future.
      const said = { at: Math.min(at, rules.now), from: key, name, text: content.text };
      return withRow(log, { ...base, ...said, kind: 'message', own: false, delivery: 'relay' });
    }
    case 'profile': {
      const members = withMember(log.members, key, { ...member, name: content.name });
      const next = { ...log, members };
      if (member.name === content.name) return { log, effects: [] };
      return withRow(next, noticeRow(place, 'renamed', { from: name, to: nameOf(next, key, rules), key }));
    }
    case 'roomName': {
      const row = noticeRow(place, 'roomRenamed', { name, to: content.name, key });
      const nameRoom: LogEffect = { kind: 'nameRoom', name: content.name, at: Math.min(at, rules.now) };
      return { log, effects: [{ kind: 'writeRow', row }, nameRoom] };
    }
    case 'leave':
      return {
        log: { ...log, members: withMember(log.members, key, { ...member, leaving: true }) },
        effects: [],
      };
  }
}

/** M5, M6, M8: what a genuine message says about the relay. */
function alarmsOf(log: RoomLog, entry: EnvelopeEntry, proof: PayloadProof, rules: LogRules): LogEffect[] {
  const key = toText(entry.from);
  const place = placeOf(entry, rules);
  const name = nameOf(log, key, rules);
  const alarms: Row[] = [];
  const last = log.counters.get(key);
  if (last !== undefined && proof.counter > last + 1) {
    alarms.push(alarmRow(place, 'messageMissing', name, { count: proof.counter - last - 1 }));
  }
  const roster = rules.rosterHash(log.members);
  const sameRoster = proof.epoch === entry.epoch && sameBytes(fromText(proof.roster), roster);
  if (log.settling === null && !sameRoster) alarms.push(alarmRow(place, 'rosterMismatch', name));
  if (seenOtherwise(log, entry, proof, rules)) alarms.push(alarmRow(place, 'logForked', name));
  return alarms.map((row) => ({ kind: 'writeRow', row }));
}

/** M8. Nobody can have processed an entry before the one that says so. */
function seenOtherwise(log: RoomLog, entry: EnvelopeEntry, proof: PayloadProof, rules: LogRules): boolean {
  if (!proof.seen) return false;
  if (proof.seen.seq >= entry.seq) return true;
  const ours = proof.seen.seq === log.cursor ? log.digest : rules.digestAt(proof.seen.seq);
  return ours !== null && !sameBytes(ours, fromText(proof.seen.digest));
}

/** M7: who joined later takes the first digest it is told from after its registration, and goes on from there. */
function adoptDigest(log: RoomLog, entry: EnvelopeEntry, proof: PayloadProof, rules: LogRules): Step {
  const { seen } = proof;
  if (log.digest !== null || log.joinedAt === null || !seen) return { log, effects: [] };
  if (seen.seq < log.joinedAt || seen.seq >= entry.seq) return { log, effects: [] };
  let digest = fromText(seen.digest);
  const digests = [{ seq: seen.seq, digest }];
  for (const { seq, link } of rules.linksAfter(seen.seq)) {
    digest = rules.nextDigest(digest, link);
    digests.push({ seq, digest });
  }
  return { log: { ...log, digest }, effects: [{ kind: 'writeDigests', digests }] };
}

/** M10: one notice for all of a run. */
function extendRun(log: RoomLog, entry: EnvelopeEntry, rules: LogRules): Step {
  const run = log.run ? { ...log.run, count: log.run.count + 1 } : { seq: entry.seq, count: 1 };
  const place = { ...placeOf(entry, rules), seq: run.seq };
  return withRow({ ...log, run }, noticeRow(place, 'notSealedForYou', { count: run.count }));
}

function refused(log: RoomLog, entry: EnvelopeEntry, problem: ProblemCode, rules: LogRules): Step {
  const name = nameOf(log, toText(entry.from), rules) || null;
  return withRow(endRun(log), refusedRow(placeOf(entry, rules), problem, name));
}

function placeOf(entry: EnvelopeEntry, rules: LogRules) {
  return { room: rules.room, seq: entry.seq, now: rules.now };
}
