import type { MessageEntry, PayloadProof, ProblemCode, Row, Trust } from '@otr/protocol';
import type { Decoded } from '../core/payloadCodec.ts';
import { fromText, sameBytes, toText } from '../core/text.ts';
import { applyContent, newerRow, type Said, type TimelineView } from './applyContent.ts';
import type { ShownNames } from './members.ts';
import { type LogEffect, type RoomLog, type Step, withHeard, withRows } from './roomLog.ts';
import { alarmRow, orderOf, refusedRow } from './rows.ts';

/** What the rules of a message need to know, as values. */
export interface MessageRules {
  /** Room id as text. */
  readonly room: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly names: ShownNames;
  /** Of the epoch (M6). */
  readonly authenticator: string;
  readonly disappearAfter: number;
  /** What is known of who a member is. */
  trust(id: string): Trust;
  readonly timeline: TimelineView;
  /** Whether an entry of this id was processed before. */
  isKnown(id: Uint8Array): boolean;
  nextDigest(digest: Uint8Array, link: Uint8Array): Uint8Array;
  digestAt(seq: number): Uint8Array | null;
  /** Links of the processed entries after a place, in order. */
  linksAfter(seq: number): readonly { seq: number; link: Uint8Array }[];
}

/** A message of another member at its place in the log: shown, or shown as refused with the reason (M4–M8). */
export function applyMessage(
  log: RoomLog,
  entry: MessageEntry,
  from: string,
  decoded: Decoded | null,
  rules: MessageRules,
): Step {
  if (!decoded) return refuseMessage(log, entry, 'badPayload', from, rules);
  // Its signature key may be known to everyone by now (D10).
  if (log.leaving.has(from)) return refuseMessage(log, entry, 'outOfOrder', from, rules);
  const proof = decoded.kind === 'known' ? decoded.payload.proof : decoded.proof;
  if (proof.id !== toText(entry.id)) return refuseMessage(log, entry, 'wrongId', from, rules);
  if (rules.isKnown(entry.id)) return refuseMessage(log, entry, 'replayed', from, rules);
  const last = log.heard.get(from)?.counter ?? null;
  if (last !== null && proof.counter <= last) {
    const problem = proof.counter === last ? 'replayed' : 'outOfOrder';
    return refuseMessage(log, entry, problem, from, rules);
  }
  const counted = withHeard(log, from, { counter: proof.counter, at: rules.now });
  const alarms = alarmsOf(log, entry, from, proof, rules);
  const adopted = adoptDigest(counted, entry, proof, rules);
  const said = saidBy(entry, from, proof, rules);
  const place = { room: rules.room, now: rules.now, disappearAfter: rules.disappearAfter };
  const rows =
    decoded.kind === 'known'
      ? applyContent(said, decoded.payload.content, place, rules.timeline)
      : [newerRow(said, JSON.stringify(decoded.content), place)];
  const content = decoded.kind === 'known' ? decoded.payload.content : null;
  const shown = withRows(content?.kind === 'leave' ? withLeaving(adopted.log, from) : adopted.log, rows);
  const heeded: LogEffect[] = content ? [{ kind: 'said', from, at: said.at, content }] : [];
  return { log: shown.log, effects: [...shown.effects, ...alarms, ...adopted.effects, ...heeded] };
}

export function refuseMessage(
  log: RoomLog,
  entry: { readonly seq: number },
  problem: ProblemCode,
  from: string | null,
  { room, now, names }: Pick<MessageRules, 'room' | 'now' | 'names'>,
): Step {
  const name = (from !== null && names.get(from)) || null;
  return withRows(log, [refusedRow({ room, seq: entry.seq, now }, problem, name)]);
}

export function withLeaving(log: RoomLog, id: string): RoomLog {
  return { ...log, leaving: new Set(log.leaving).add(id) };
}

function saidBy(entry: MessageEntry, from: string, proof: PayloadProof, rules: MessageRules): Said {
  return {
    id: toText(entry.id),
    from,
    name: rules.names.get(from) ?? '',
    own: false,
    // A sender's clock that is ahead of ours would put a message into the future.
    at: Math.min(proof.at, rules.now),
    seq: entry.seq,
    order: orderOf(entry.seq),
    delivery: 'relay',
    trust: rules.trust(from),
  };
}

/** M5, M6, M8: what a genuine message says about the relay. */
function alarmsOf(
  log: RoomLog,
  entry: MessageEntry,
  from: string,
  proof: PayloadProof,
  rules: MessageRules,
): LogEffect[] {
  const place = { room: rules.room, seq: entry.seq, now: rules.now };
  const name = rules.names.get(from) ?? null;
  const alarms: Row[] = [];
  const last = log.heard.get(from)?.counter ?? null;
  if (last !== null && proof.counter > last + 1) {
    alarms.push(alarmRow(place, 'messageMissing', name, { count: proof.counter - last - 1 }));
  }
  if (proof.authenticator !== rules.authenticator || seenOtherwise(log, entry, proof, rules)) {
    alarms.push(alarmRow(place, 'logForked', name));
  }
  return alarms.map((row) => ({ kind: 'writeRow', row }));
}

/** M8. Nobody can have processed an entry before the one that says so. */
function seenOtherwise(
  log: RoomLog,
  entry: MessageEntry,
  { seen }: PayloadProof,
  rules: MessageRules,
): boolean {
  if (!seen) return false;
  if (seen.seq >= entry.seq) return true;
  const ours = seen.seq === log.cursor ? log.digest : rules.digestAt(seen.seq);
  return ours !== null && !sameBytes(ours, fromText(seen.digest));
}

/** M7: who joined later takes the first digest it is told from after its commit, and goes on from there. */
function adoptDigest(log: RoomLog, entry: MessageEntry, { seen }: PayloadProof, rules: MessageRules): Step {
  if (log.digest !== null || !seen) return { log, effects: [] };
  if (seen.seq < log.joinedAt || seen.seq >= entry.seq) return { log, effects: [] };
  let digest: Uint8Array = fromText(seen.digest);
  const digests = [{ seq: seen.seq, digest }];
  for (const { seq, link } of rules.linksAfter(seen.seq)) {
    digest = rules.nextDigest(digest, link);
    digests.push({ seq, digest });
  }
  return { log: { ...log, digest }, effects: [{ kind: 'writeDigests', digests }] };
}
