import { randomInt } from 'node:crypto';
import { compactSuite } from '../../src/core/group/config.ts';
import { identityOf, newIdentityBytes } from '../../src/core/identity/identity.ts';
import { ForgedRoom } from '../../src/transcript/forgedRoom.ts';
import {
  castOf,
  type ForgeOptions,
  forgeTranscript,
  transcriptOf,
} from '../../src/transcript/forgeTranscript.ts';
import type { Transcript, TranscriptLine } from '../../src/transcript/transcript.ts';
import { copyOf, pick } from './recorded.ts';

const names = ['Ana', 'Ben', 'Cleo'];

export function keyPair(): { private: Uint8Array; public: Uint8Array } {
  const bytes = newIdentityBytes();
  return { private: bytes, public: identityOf(bytes).publicKey };
}

/** Some lines of a script at random, every fourth a whisper. */
function someLines(): ForgeOptions['lines'] {
  return Array.from({ length: randomInt(4, 12) }, (_, at) => {
    const name = pick(names);
    const to = randomInt(4) === 0 && { to: [pick(names.filter((one) => one !== name))] };
    return { name, text: `never said, ${at}`, ...to };
  });
}

/** A talk of Ana, Ben and Cleo that never was, as Ana would show it. */
export function forged(options: Partial<ForgeOptions> = {}): Transcript {
  const made = forgeTranscript({
    room: 'Garden',
    as: { name: 'Ana', identityKey: keyPair().private },
    with: ['Ben', 'Cleo'].map((name) => ({ name, identityKey: keyPair().public })),
    lines: someLines(),
    suiteId: compactSuite,
    ...options,
  });
  if (!made.ok) throw new Error(made.message);
  return copyOf(made.value);
}

interface Spoils {
  /** Before he has shown anybody who he is. */
  atOnce?: (room: ForgedRoom) => void;
  /** Before he says anything. */
  later?: (room: ForgedRoom) => void;
}

/** A forged room in which something of Ben's is not as it should be. */
export function spoiled({ atOnce, later }: Spoils): Transcript {
  const written: TranscriptLine[] = [];
  const clock = { now: Date.now() - 600_000 };
  const teller = { name: 'Ana', identity: identityOf(keyPair().private) };
  const others = [{ name: 'Ben', identityKey: keyPair().public }];
  const cast = castOf({ teller, others, clock, written });
  const room = new ForgedRoom({ name: 'Garden', suiteId: compactSuite, cast, clock });
  const [ben, ana] = cast.players;
  if (!ana || !ben) throw new Error('nobody');
  room.create(ana);
  room.admit(ben);
  atOnce?.(room);
  room.introduceAll();
  room.renew(ben);
  room.introduceAll();
  later?.(room);
  room.say('Ben', 'Not me', null);
  room.close();
  cast.close();
  return copyOf(transcriptOf(written));
}
