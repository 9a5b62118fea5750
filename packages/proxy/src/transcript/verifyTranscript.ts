import type { MessageRow } from '@otr/protocol';
import { viewOf } from '../core/group/view.ts';
import { ephemeralPublic } from '../core/identity/identity.ts';
import { sameBytes, toText } from '../core/text.ts';
import { trustIn } from '../room/trustIn.ts';
import { Replay, type UnsafeSuite } from './replay.ts';
import type { Transcript } from './transcript.ts';

export interface ShownMember {
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

export type Verified =
  | { readonly ok: true; readonly value: ShownTranscript }
  /** `line` of the file, from 1, and why. */
  | { readonly ok: false; readonly line: number; readonly reason: string };

/**
 * Takes the log of a transcript as its proxy took it: what that would have refused, marked or told as an alarm makes it
 * fail. That all checks pass proves nothing (D10).
 */
export function verifyTranscript({ start, steps }: Transcript, suite?: UnsafeSuite): Verified {
  const opened = guarded(() => new Replay(start, suite));
  if (!opened.ok) return { ok: false, line: 1, reason: opened.reason };
  const replay = opened.value;
  try {
    if (!isOfThisRoom(replay)) return { ok: false, line: 1, reason: 'its keys are not those of the member' };
    for (const [index, step] of steps.entries()) {
      const taken = guarded(() => replay.take(step));
      const reason = taken.ok ? taken.value : taken.reason;
      if (reason !== null) return { ok: false, line: index + 2, reason };
    }
    return { ok: true, value: shownBy(replay) };
  } finally {
    replay.close();
  }
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
    name: names.get(member.id) ?? '',
    identityKey: toText(member.identityKey),
    shown: ['self', 'verified', 'unverified'].includes(trustIn(parts, { ...memory, group }, member)),
  }));
  const messages = [...rows.values()].filter((row) => row.kind === 'message').filter(({ seq }) => seq !== null);
  const ordered = messages.toSorted((left, right) => left.order - right.order);
  return { room: { id: parts.ref, name: view.settings.name }, members, messages: ordered };
}

/** A state that a stranger wrote can be wrong in any way; whatever it breaks is a reason to refuse it, and no bug of ours. */
function guarded<Value>(action: () => Value): { ok: true; value: Value } | { ok: false; reason: string } {
  try {
    return { ok: true, value: action() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ok: false, reason: `its state is none of a room (${error.name})` };
  }
}
