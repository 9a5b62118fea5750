import { randomInt } from 'node:crypto';
import { defaultSuite } from '../core/group/config.ts';
import { identityOf, newIdentityBytes } from '../core/identity/identity.ts';
import { inAnyOrder } from './anyOrder.ts';
import { Cast, type Player } from './cast.ts';
import { ForgedRoom } from './forgedRoom.ts';
import { type ForgedLine, type ForgedPerson, forgeProblem } from './forgeProblem.ts';
import { recorderOn } from './recorder.ts';
import type { Transcript, TranscriptLine } from './transcript.ts';

export interface ForgeOptions {
  readonly room: string;
  /** Who shows the transcript, with the 32 private bytes of its identity key; they stay the caller's to wipe. */
  readonly as: { readonly name: string; readonly identityKey: Uint8Array };
  /** The real people, by their public keys. Null: one is made up. */
  readonly with: readonly { readonly name: string; readonly identityKey: Uint8Array | null }[];
  readonly lines: readonly ForgedLine[];
  readonly suiteId?: number;
}

/** Not ok: a sentence that says why no room could be like this. */
export type Forged = { ok: true; value: Transcript } | { ok: false; message: string };

/** From one who comes to the next. Milliseconds. */
const settling = 60_000;
/** What members do by themselves then takes less. Milliseconds. */
const withinSeconds = 8_000;

/**
 * D10: a transcript of a conversation that never was, and is over by now, as `as` would show it. The others' signatures are
 * by leaf keys that we made up; their tags and whispers to us need only our own private key, which gives the same keys as
 * theirs.
 */
export function forgeTranscript(options: ForgeOptions): Forged {
  const { room, lines, suiteId = defaultSuite } = options;
  const identity = identityOf(options.as.identityKey);
  const others = options.with.map(({ name, identityKey }) => ({
    name,
    identityKey: identityKey ?? madeUp(),
  }));
  const teller = { name: options.as.name, identityKey: identity.publicKey };
  const problem = forgeProblem({ room, people: [teller, ...others], lines });
  if (problem !== null) return { ok: false, message: problem };
  const written: TranscriptLine[] = [];
  const pauses = lines.map(pauseBefore);
  const lasted = pauses.reduce((sum, pause) => sum + pause, (settling + withinSeconds) * (others.length + 1));
  const clock = { now: Date.now() - lasted };
  const cast = castOf({ teller: { name: teller.name, identity }, others, clock, written });
  const forged = new ForgedRoom({ name: room, suiteId, cast, clock });
  try {
    gather(forged, cast);
    for (const [index, { name, text, to = null }] of lines.entries()) {
      forged.wait(pauses[index] ?? 0);
      forged.say(name, text, to);
    }
  } finally {
    forged.close();
    cast.close();
  }
  return { ok: true, value: transcriptOf(written) };
}

interface Casting {
  readonly teller: Pick<Player, 'name' | 'identity'>;
  readonly others: readonly ForgedPerson[];
  readonly clock: { readonly now: number };
  /** What the proxy of the teller would have recorded. */
  readonly written: TranscriptLine[];
}

export function castOf({ teller, others, clock, written }: Casting): Cast {
  const record = recorderOn({
    has: () => written.length > 0,
    begin: (_, line) => void written.push(line),
    add: (_, line) => void written.push(line),
  });
  const cast = new Cast(() => clock.now, record);
  for (const { name, identityKey } of others) cast.addStandIn(name, identityKey);
  cast.addTruly(teller.name, teller.identity);
  return cast;
}

/** One of them makes the room and lets the others in. */
function gather(room: ForgedRoom, { players }: Cast): void {
  for (const [index, player] of inAnyOrder(players).entries()) {
    if (index === 0) {
      room.create(player);
      continue;
    }
    room.wait(settling);
    room.admit(player);
    room.introduceAll();
    room.wait(randomInt(200, 2_000));
    room.renew(player);
    room.introduceAll();
  }
}

/** People read, think and type. Milliseconds. */
function pauseBefore({ text }: ForgedLine): number {
  return randomInt(2_000, 16_000) + Math.min(text.length * 180, 120_000);
}

function madeUp(): Uint8Array {
  return identityOf(newIdentityBytes()).publicKey;
}

export function transcriptOf([start, ...lines]: readonly TranscriptLine[]): Transcript {
  const steps = lines.flatMap((line) => (line.kind === 'start' ? [] : [line]));
  if (start?.kind !== 'start' || steps.length < lines.length)
    throw new Error('lines that begin twice, or never');
  return { start, steps };
}
