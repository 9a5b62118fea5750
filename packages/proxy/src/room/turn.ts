import { viewOf } from '../core/group/view.ts';
import { type OutboxEffect, type OutboxInput, stepOutbox } from '../machine/outbox.ts';
import { type RoomEffect, type RoomInput, stepRoom } from '../machine/room.ts';
import { alarmRow } from '../machine/rows.ts';
import { type Draft, type RoomParts, writeRow } from './roomParts.ts';
import { sealItem } from './sealItem.ts';
import { trustCount } from './trustIn.ts';

/** The part of an input that tells where the log stands. */
export function standing({ log, group, enteredEpoch }: Draft): { cursor: number; current: boolean } {
  return { cursor: log?.cursor ?? 0, current: group !== null && viewOf(group).epoch === enteredEpoch };
}

/** Runs the room machine on the draft. */
export function feedRoom(parts: RoomParts, draft: Draft, input: RoomInput): void {
  const { state, effects } = stepRoom(draft.sync, input);
  draft.sync = state;
  for (const effect of effects) performRoomEffect(parts, draft, effect);
}

/** Runs the outbox machine on the draft. */
export function feedOutbox(parts: RoomParts, draft: Draft, input: OutboxInput): void {
  const { state, effects } = stepOutbox(draft.outbox, input);
  draft.outbox = state;
  for (const effect of effects) performOutboxEffect(parts, draft, effect);
}

function performRoomEffect(parts: RoomParts, draft: Draft, effect: RoomEffect): void {
  switch (effect.kind) {
    case 'enter':
    case 'fetch':
      draft.later.push(effect);
      break;
    case 'wait':
      draft.later.push({ kind: 'wait', timer: 'sync', milliseconds: effect.milliseconds });
      break;
    case 'inStep':
      changeReason(parts, draft, null);
      if (draft.group) feedOutbox(parts, draft, { kind: 'inStep', epoch: viewOf(draft.group).epoch });
      break;
    case 'outOfStep':
      feedOutbox(parts, draft, { kind: 'outOfStep' });
      break;
    case 'stop':
      changeReason(parts, draft, effect.reason);
      break;
    case 'alarm':
      raiseAlarm(parts, draft, effect.problem, effect.seq);
      break;
  }
}

function performOutboxEffect(parts: RoomParts, draft: Draft, effect: OutboxEffect): void {
  switch (effect.kind) {
    case 'seal':
      sealItem(parts, draft, effect.id, effect.epoch);
      draft.later.push({ kind: 'append', id: effect.id });
      break;
    case 'send':
      draft.later.push({ kind: 'append', id: effect.id });
      break;
    case 'forget':
      parts.store.outbox.remove(parts.number, effect.id);
      break;
    case 'catchUp':
      feedRoom(parts, draft, { kind: 'behind', head: draft.log?.cursor ?? 0, ...standing(draft) });
      break;
    case 'wait':
      draft.later.push({ kind: 'wait', timer: 'outbox', milliseconds: effect.milliseconds });
      break;
    case 'withheld':
      raiseAlarm(parts, draft, 'entryWithheld', effect.seq);
      break;
  }
}

/** Each problem is told once at a place, however often it is met. */
export function raiseAlarm(
  parts: RoomParts,
  draft: Draft,
  problem: Parameters<typeof alarmRow>[1],
  seq: number,
): void {
  const row = alarmRow({ room: parts.ref, seq, now: parts.now() }, problem, null);
  if (parts.store.timeline.get(parts.number, row.id) === null) writeRow(parts, draft, row);
}

/** D6: what people say waits while somebody is not who was verified. */
export function holdOrRelease(parts: RoomParts, draft: Draft): void {
  const held = trustCount(parts, draft).changed > 0;
  if (draft.outbox.held !== held) feedOutbox(parts, draft, { kind: 'held', held });
}

export function changeReason(parts: RoomParts, draft: Draft, reason: string | null): void {
  if (draft.stored.reason !== reason) draft.stored = parts.store.rooms.change(draft.stored, { reason });
}
