import { randomBytes } from 'node:crypto';
import type { KnockContent, RelayRequest } from '@otr/protocol';
import { expect, it, vi } from 'vitest';
import { introduced } from '../../packages/proxy/test/chat/introduced.ts';
import { ghostKnock } from './ghost.ts';
import { openScene } from './scene.ts';

/** The seal of knocks switched off on purpose, here and nowhere else: whatever reads as one is taken for good. */
vi.mock('../../packages/proxy/src/core/invite.ts', async (original) => {
  const genuine = await original<typeof import('../../packages/proxy/src/core/invite.ts')>();
  return {
    ...genuine,
    openKnock(...sealed: Parameters<typeof genuine.openKnock>): KnockContent | null {
      const text = Buffer.from(sealed[2]).toString();
      return text.startsWith('{') ? JSON.parse(text) : genuine.openKnock(...sealed);
    },
  };
});

it('with the seal switched off, a ghost is let in (negative control of ghosts.test.ts)', async () => {
  const scene = await openScene();
  const { ann, room } = scene;
  await introduced(room, ann, scene.bob);
  const invites: Uint8Array[] = [];
  const admitted: string[] = [];
  scene.annsRelay.watch((event, request) => {
    if (event === 'putInvite') invites.push((request as RelayRequest<'putInvite'>).invite);
    if (event !== 'commit') return;
    const { welcomes } = request as RelayRequest<'commit'>;
    admitted.push(...welcomes.map(({ knock }) => Buffer.from(knock).toString('hex')));
  });
  await ann.ask('createInvite', { room, uses: null, expiresIn: null, approval: false });
  await ann.until(() => invites.length > 0);
  const id = randomBytes(16);
  const { content, keyPackageRef } = ghostKnock('Ghost');
  const knock = { id, invite: invites[0], keyPackageRef, sealed: Buffer.from(JSON.stringify(content)) };
  scene.annsRelay.tell('knock', { room: Buffer.from(room, 'base64url'), knock });
  // The true relay knows of no such knock and refuses the commit: it is seen on its way there.
  await vi.waitUntil(() => admitted.includes(id.toString('hex')), { timeout: 20_000 });
  expect(admitted).toContain(id.toString('hex'));
  await scene.close();
});
