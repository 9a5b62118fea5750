import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom, seedOfThisRun } from '../fault/seededRandom.ts';
import { openScene, type Scene } from './scene.ts';

const seed = seedOfThisRun();
const random = seededRandom(seed);
const events = [
  'challenge',
  'entries',
  'keyCleanup',
  'volatile',
  'knock',
  'knockEnded',
  'welcome',
  'knockDismissed',
  'disconnect',
  'error',
  'constructor',
];

/** Any value that msgpack can carry, some of it nearly right. */
function nonsense(depth = 0): unknown {
  const makers: (() => unknown)[] = [
    () => null,
    () => random.below(2) === 0,
    () => random.below(2 ** 31) - 2 ** 30,
    () => -0.5,
    () => '\u0000'.repeat(random.below(50)),
    () => randomBytes(random.below(64)),
    () => Buffer.alloc(16),
    () => 'x'.repeat(random.below(5_000)),
    () => Array.from({ length: random.below(5) }, () => nonsense(depth + 1)),
    () => ({
      room: randomBytes(16),
      entries: [nonsense(depth + 1)],
      publicKey: randomBytes(32),
      seq: nonsense(depth + 1),
    }),
    () => ({ ok: true, value: nonsense(depth + 1) }),
    () => ({ ok: false, error: nonsense(depth + 1) }),
    () => ({ ['__proto__x']: nonsense(depth + 1), kind: 'message' }),
  ];
  return depth > 4 ? null : makers[random.below(makers.length)]?.();
}

describe('a relay that talks nonsense', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await openScene();
  });
  afterEach(() => scene.close());

  it('[W2] in events is ignored: the room goes on, and nothing of it is shown as a message', async () => {
    const { ann, bob, room } = scene;
    for (let round = 0; round < 500; round++) {
      const event = events[random.below(events.length)] ?? 'entries';
      scene.bobsRelay.visitors.at(-1)?.send(event, nonsense());
    }
    await ann.says(room, 'still here?');
    await bob.hears(room, ['still here?']);
    await bob.says(room, 'yes');
    await ann.hears(room, ['yes']);
    expect(await bob.texts(room), `seed ${seed}`).toEqual(['still here?', 'yes']);
  });

  it.each([1, 2, 3, 4])(
    '[W5] in frames that begin with %i costs a connection, and nothing else',
    async (kind) => {
      const { ann, bob, room } = scene;
      const { visitors } = scene.bobsRelay;
      const before = visitors.length;
      for (let length = 0; length < 100; length++) {
        visitors.at(-1)?.sendFrame(Buffer.concat([Buffer.of(kind), randomBytes(length)]));
      }
      await ann.says(room, 'still here?');
      await bob.hears(room, ['still here?']);
      await bob.says(room, 'yes');
      await ann.hears(room, ['yes']);
      expect(visitors.length).toBeGreaterThan(before);
      for (const each of [ann, bob]) expect(await each.troubles(room)).toEqual([]);
    },
  );

  it('[W6] in packed entries is ignored: the room goes on', async () => {
    const { ann, bob, room } = scene;
    const [bytes, connections] = [Buffer.from(room, 'base64url'), scene.bobsRelay.visitors.length];
    for (let round = 0; round < 500; round++) {
      const packed = randomBytes(random.below(200));
      packed[0] = random.below(4);
      if (packed.length > 32) packed.writeUInt32BE(random.below(packed.length), 29);
      scene.bobsRelay.visitors.at(-1)?.send('entries', { room: bytes, entries: [packed] });
    }
    await ann.says(room, 'still here?');
    await bob.hears(room, ['still here?']);
    expect(await bob.texts(room), `seed ${seed}`).toEqual(['still here?']);
    expect(scene.bobsRelay.visitors).toHaveLength(connections);
  });

  it('[W2] in answers keeps messages in the queue until it answers properly', async () => {
    const { ann, bob, room } = scene;
    scene.annsRelay.tamper({
      answer: (event, answer) => (event === 'append' ? nonsense() : answer),
    });
    await ann.says(room, 'one');
    await bob.hears(room, ['one']); // the relay did take it
    scene.annsRelay.tamper({});
    await ann.says(room, 'two');
    await bob.hears(room, ['one', 'two']);
    await ann.settles(room);
    expect(await bob.texts(room), `seed ${seed}`).toEqual(['one', 'two']);
    expect(await ann.texts(room)).toEqual(['one', 'two']);
  });
});
