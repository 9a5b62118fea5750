import { randomBytes } from 'node:crypto';
import { name as nameSchema, messageText } from '@otr/protocol';
import { defaultSuite } from '../core/group/config.ts';
import { identityOf, newIdentityBytes } from '../core/identity/identity.ts';
import { importPublicKey, sharedSecret } from '../core/identity/x25519.ts';
import { looks } from '../machine/members.ts';
import { ForgedRoom } from './forgedRoom.ts';
import { type Transcript, type TranscriptLine, transcriptText } from './transcript.ts';

export interface ForgedLine {
  /** Of one of the people, or of the one who shows the transcript. */
  readonly name: string;
  readonly text: string;
  /** Names: then it is a whisper to them. */
  readonly to?: readonly string[];
}

export interface ForgeOptions {
  readonly room: string;
  /** Who shows the transcript, with the 32 private bytes of its identity key; they stay the caller's to wipe. */
  readonly as: { readonly name: string; readonly identityKey: Uint8Array };
  /** X25519 public keys, 32 bytes: those of the real people. Null: one is made up. */
  readonly with: readonly { readonly name: string; readonly identityKey: Uint8Array | null }[];
  readonly lines: readonly ForgedLine[];
  /** When it ended, milliseconds since 1970; otherwise now. */
  readonly endedAt?: number;
  readonly suiteId?: number;
}

export type Forged = { ok: true; value: Transcript } | { ok: false; message: string };

/** As many as whispers can name, and a script of an evening. */
const most = { people: 64, lines: 2_000 };

/**
 * D10: a transcript of a conversation that never was, as `as` would show it. The others' signatures are by leaf keys that we
 * made up; their tags and whispers to us need only our own private key, which gives the same keys as theirs would.
 */
export function forgeTranscript(options: ForgeOptions): Forged {
  const problem = problemOf(options);
  if (problem !== null) return { ok: false, message: problem };
  const lines: TranscriptLine[] = [];
  const { as, lines: script, endedAt = Date.now(), suiteId = defaultSuite } = options;
  const pauses = pausesOf(script);
  const startedAt = endedAt - pauses.reduce((sum, pause) => sum + pause, 0) - settling * (options.with.length + 1);
  const room = new ForgedRoom({ name: options.room, startedAt, suiteId, write: (line) => lines.push(line) });
  try {
    for (const { name, identityKey } of options.with) room.addStandIn(name, identityKey ?? madeUp());
    room.addTruly(as.name, identityOf(as.identityKey));
    room.gather(settling);
    for (const [index, line] of script.entries()) {
      room.wait(pauses[index] ?? 0);
      room.say(line.name, line.text, line.to ?? null);
    }
  } finally {
    room.close();
  }
  const [start, ...steps] = lines;
  if (start?.kind !== 'start') throw new Error('nothing was forged');
  return { ok: true, value: { start, steps: steps.filter((step) => step.kind !== 'start') } };
}

export function forgedText(options: ForgeOptions): { ok: true; value: string } | { ok: false; message: string } {
  const forged = forgeTranscript(options);
  return forged.ok ? { ok: true, value: transcriptText(forged.value) } : forged;
}

/** From one who comes to the next: about a minute each. Milliseconds. */
const settling = 60_000;

/** People read, think and type. Milliseconds. */
function pausesOf(lines: readonly ForgedLine[]): number[] {
  return lines.map(({ text }) => 2_000 + Math.round(randomBytes(4).readUInt32BE() / 300_000) + text.length * 180);
}

function madeUp(): Uint8Array {
  return identityOf(newIdentityBytes()).publicKey;
}

function problemOf({ room, as, with: others, lines }: ForgeOptions): string | null {
  const names = [as.name, ...others.map(({ name }) => name)];
  if (others.length === 0) return 'Say with whom.';
  if (others.length >= most.people) return `A forged room has fewer than ${most.people} people.`;
  if (lines.length > most.lines) return `A forged transcript has up to ${most.lines} lines.`;
  const odd = [room, ...names].find((name) => nameSchema.safeParse(name).data !== name);
  if (odd !== undefined) return `"${odd}" is no name that anybody could have here.`;
  const twice = names.find((name, at) => names.findIndex((one) => looks(one) === looks(name)) !== at);
  if (twice !== undefined) return `Two people are called ${twice}.`;
  const badKey = others.find(({ identityKey }) => identityKey && !isKey(identityKey));
  if (badKey) return `The identity key of ${badKey.name} is none: 32 bytes as base64url.`;
  const strange = lines.flatMap(({ name, to = [] }) => [name, ...to]).find((name) => !names.includes(name));
  if (strange !== undefined) return `Nobody is called ${strange}: say --with "${strange}".`;
  if (lines.some(({ name, to = [] }) => to.includes(name))) return 'Nobody whispers to oneself.';
  if (lines.some(({ text }) => !messageText.safeParse(text).success)) return 'A text is empty or too long.';
  return null;
}

function isKey(bytes: Uint8Array): boolean {
  const { privateKey } = identityOf(newIdentityBytes());
  return sharedSecret(privateKey, importPublicKey(bytes)) !== null;
}
