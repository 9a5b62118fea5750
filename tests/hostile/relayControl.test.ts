import { randomBytes } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { openScene } from './scene.ts';

/** The check of registrations switched off on purpose, here and nowhere else: every one is taken for good. */
vi.mock('../../packages/proxy/src/core/registration.ts', async (original) => ({
  ...(await original<object>()),
  openRegistration: () => ({ name: 'Somebody' }),
}));

it('[K2] with the check switched off, an invented member is sealed for (negative control of relay.test.ts)', async () => {
  const scene = await openScene();
  const { ann, room } = scene;
  const ghost = { publicKey: randomBytes(32), sealedProfile: randomBytes(284), tag: randomBytes(32) };
  scene.addToListFor(2, [ghost]);
  const cleo = scene.person('Cleo');
  await cleo.joins(ann, room);
  await cleo.until(() => cleo.room(room)?.memberCount === 4);
  // The true relay knows no ghost and refuses the envelope: what was sealed is seen on its way there.
  await cleo.says(room, 'hello');
  await vi.waitUntil(() => scene.sealedFor.some((keys) => keys.some((key) => ghost.publicKey.equals(key))), {
    timeout: 20_000,
  });
  expect(await cleo.troubles(room)).not.toContain('badRegistration');
  await scene.close();
});
