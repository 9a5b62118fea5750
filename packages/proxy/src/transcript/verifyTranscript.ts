import type { MessageRow } from '@otr/protocol';
import { viewOf } from '../core/group/view.ts';
import { ephemeralPublic } from '../core/identity/identity.ts';
import { sameBytes, toText } from '../core/text.ts';
import { trustIn } from '../room/trustIn.ts';
import { Replay, type StepProblem, type UnsafeSuite } from './replay.ts';
import type { Transcript } from './transcript.ts';

export interface ShownMember {
  /** Whose transcript it is. */
  readonly self: boolean;
  readonly name: string;
  /** X25519, 32 bytes as base64url (D1). */
  readonly identityKey: string;
  /** Whether it has shown that it holds that key, with its present leaf (D3); the one who shows the transcript has. */
  readonly shown: boolean;
}

export interface ShownTranscript {
  readonly room: { readonly id: string; readonly name: string };
  readonly members: readonly ShownMember[];
  /** In the order of the log, as they read at its end. */
  readonly messages: readonly MessageRow[];
}

/** `noState`: keys of no room at all. `notItsKeys`: those of another leaf or room than it says. */
export type TranscriptProblem = StepProblem | 'noState' | 'notItsKeys';

export type Verified =
  | { readonly ok: true; readonly value: ShownTranscript }
  /** `line` of the file, from 1. */
  | { readonly ok: false; readonly line: number; readonly problem: TranscriptProblem };

/**
 * Takes the log of a transcript as its proxy took it: what that would have refused, marked or told as an alarm makes it
 * fail. That all checks pass proves nothing (D10). `suite`: for negative controls.
 */
export function verifyTranscript({ start, steps }: Transcript, suite?: UnsafeSuite): Verified {
  const replay = orNoState(() => new Replay(start, suite));
  if (replay === 'noState') return refused(1, replay);
  try {
    if (!isOfThisRoom(replay)) return refused(1, 'notItsKeys');
    for (const [index, step] of steps.entries()) {
      const problem = orNoState(() => replay.take(step));
      if (problem !== null) return refused(index + 2, problem);
    }
    return { ok: true, value: shownBy(replay) };
  } finally {
    replay.close();
  }
}

function refused(line: number, problem: TranscriptProblem): Verified {
  return { ok: false, line, problem };
}

/** The keys that it gives are those of its own leaf. */
function isOfThisRoom({ group, parts, memory }: Replay): boolean {
  const view = viewOf(group);
  const me = view.members.get(view.me);
  const { identity, room } = parts;
  const { ephemeral } = memory.who;
  return (
    me !== undefined &&
    ephemeral !== null &&
    sameBytes(me.identityKey, identity.publicKey) &&
    sameBytes(me.ephemeralKey, ephemeralPublic(ephemeral)) &&
    sameBytes(group.context.groupId, room)
  );
}

function shownBy({ group, rows, parts, memory }: Replay): ShownTranscript {
  const view = viewOf(group);
  const names = parts.names(view);
  const members = [...view.members.values()].map((member) => ({
    self: member.id === view.me,
    name: names.get(member.id) ?? '',
    identityKey: toText(member.identityKey),
    shown: ['self', 'verified', 'unverified'].includes(trustIn(parts, { ...memory, group }, member)),
  }));
  const messages = [...rows.values()]
    .filter((row) => row.kind === 'message')
    .filter(({ seq }) => seq !== null);
  const ordered = messages.toSorted((left, right) => left.order - right.order);
  return { room: { id: parts.ref, name: view.settings.name }, members, messages: ordered };
}

/** A state that a stranger wrote can be wrong in any way; whatever it breaks is a reason to refuse it, and no bug of ours. */
function orNoState<Value>(action: () => Value): Value | 'noState' {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return 'noState';
  }
}
