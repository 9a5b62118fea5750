import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { WriteOf } from '../../src/storage/write.ts';
import type { OpenStorage } from '../storageContract.ts';
import { codeOf, commit, headOf, knockWith, member, openRoom, seqOf, writeOne } from '../storedRoom.ts';
import { roomy } from './roomy.ts';

function welcoming(room: Buffer, epoch: number, ...knocks: WriteOf<'knock'>[]): WriteOf<'commit'> {
  return {
    ...commit(room, epoch),
    welcomes: knocks.map(({ id }) => ({ knock: id, sealed: randomBytes(50) })),
  };
}

function waiting({ id, invite, keyPackageRef, sealed }: WriteOf<'knock'>) {
  return { id, invite, keyPackageRef, sealed };
}

export function knocksContract(open: OpenStorage): void {
  test('[N1] only holders of an invite of this room knock', async () => {
    const storage = await open(roomy);
    const [{ room, invite }, other] = [await openRoom(storage), await openRoom(storage)];
    expect(codeOf(await writeOne(storage, knockWith(room, other.invite)))).toBe('inviteNotFound');
    const knocks = [knockWith(room, invite), knockWith(room, invite)];
    expect((await storage.write(knocks, 1)).map(codeOf)).toEqual(['stored', 'stored']);
    expect((await storage.snapshot(room, 0))?.knocks).toEqual(knocks.map(waiting));
  });

  test('[N2] the same id again is not another knock, and a room takes a limited number', async () => {
    const storage = await open({ ...roomy, waitingKnocksPerRoom: 2 });
    const { room, invite } = await openRoom(storage);
    const knock = knockWith(room, invite);
    const batch = [knock, knock, knockWith(room, invite), knockWith(room, invite), knock];
    expect((await storage.write(batch, 1)).map(codeOf)).toEqual([
      'stored',
      'stored',
      'stored',
      'tooManyKnocks',
      'stored',
    ]);
    const stolen = { ...knockWith(room, randomBytes(32)), id: knock.id };
    expect(codeOf(await writeOne(storage, stolen))).toBe('badRequest');
    await writeOne(storage, { kind: 'dismissKnock', room, by: 'relay', id: knock.id });
    expect(codeOf(await writeOne(storage, knockWith(room, invite)))).toBe('stored');
  });

  test('[N3] a commit lets knocks in, and the welcome is the answer to the same knock from then on', async () => {
    const storage = await open(roomy);
    const { room, invite } = await openRoom(storage);
    const [a, b, later] = [knockWith(room, invite), knockWith(room, invite), knockWith(room, invite)];
    await storage.write([a, b, later], 1);
    const admitting = welcoming(room, 0, a, b);
    expect(await writeOne(storage, admitting)).toMatchObject({
      outcome: 'appended',
      entry: { seq: 1 },
      admitted: [a.id, b.id],
    });
    const sealed = admitting.welcomes[1]?.sealed;
    expect(await writeOne(storage, b)).toEqual({ outcome: 'admitted', seq: 1, sealed });
    expect((await storage.snapshot(room, 1))?.knocks).toEqual([waiting(later)]);
    const by = { access: 1 };
    await writeOne(storage, { kind: 'removeInvite', room, by, invite });
    expect(codeOf(await writeOne(storage, b))).toBe('admitted');
  });

  test('[N3] two commits cannot let one knock in, and a commit for a knock that is gone changes nothing', async () => {
    const storage = await open(roomy);
    const { room, invite } = await openRoom(storage);
    const [a, b] = [knockWith(room, invite), knockWith(room, invite)];
    await storage.write([a, b], 1);
    await writeOne(storage, welcoming(room, 0, a));
    expect(codeOf(await writeOne(storage, welcoming(room, 1, b, a)))).toBe('knockNotFound');
    expect(codeOf(await writeOne(storage, welcoming(room, 1, knockWith(room, invite))))).toBe(
      'knockNotFound',
    );
    expect(codeOf(await writeOne(storage, welcoming(room, 1, b, b)))).toBe('badRequest');
    expect(await headOf(storage, room)).toBe(1);
    expect(await storage.snapshot(room, 1)).toMatchObject({ epoch: 1, knocks: [waiting(b)] });
    expect(seqOf(await writeOne(storage, welcoming(room, 1, b)))).toBe(2);
  });

  test('[N3] a knock, its commit and the question what became of it in one batch', async () => {
    const storage = await open(roomy);
    const { room, invite } = await openRoom(storage);
    const knock = knockWith(room, invite);
    expect((await storage.write([knock, welcoming(room, 0, knock), knock], 1)).map(codeOf)).toEqual([
      'stored',
      'appended',
      'admitted',
    ]);
    expect(codeOf(await writeOne(storage, knock))).toBe('admitted');
  });

  test('[N4] a waiting knock that nobody answers for is silent, until it is let in', async () => {
    const storage = await open(roomy);
    const { room, invite } = await openRoom(storage);
    const [a, b] = [knockWith(room, invite), knockWith(room, invite)];
    await storage.write([a, b], 1_000);
    expect(await storage.silent(1_000, 10)).toEqual([]);
    expect(await storage.silent(1_001, 10)).toHaveLength(2);
    expect(await storage.silent(1_001, 1)).toHaveLength(1);
    const unknown = { room, keyPackageRef: randomBytes(32), at: 2_000 };
    await storage.recordAnswers([{ room, keyPackageRef: a.keyPackageRef, at: 2_000 }, unknown]);
    expect(await storage.silent(2_000, 10)).toEqual([{ room, id: b.id }]);
    await writeOne(storage, welcoming(room, 0, b), 1_500);
    expect(await storage.silent(2_000, 10)).toEqual([]);
    await storage.restartGrace(3_000);
    expect(await storage.silent(3_000, 10)).toEqual([]);
    expect(await storage.silent(3_001, 10)).toHaveLength(1);
  });

  test('[N5] a knock ends by its dismissal or with its invite, and who ended is told', async () => {
    const storage = await open(roomy);
    const { room, invite } = await openRoom(storage);
    const other = randomBytes(32);
    await writeOne(storage, { kind: 'putInvite', room, by: member, invite: other });
    const [a, b, c, d] = [invite, invite, invite, other].map((one) => knockWith(room, one));
    if (!a || !b || !c || !d) throw new Error('four knocks');
    await storage.write([a, b, d], 1);
    const dismissal = { kind: 'dismissKnock', room, by: member, id: a.id } as const;
    expect(await writeOne(storage, dismissal)).toEqual({ outcome: 'stored', endedKnocks: [a.id], access: 0 });
    expect(codeOf(await writeOne(storage, dismissal))).toBe('knockNotFound');
    const removal = { kind: 'removeInvite', room, by: member, invite } as const;
    const [, removed] = await storage.write([c, removal], 1);
    if (removed?.outcome !== 'stored') throw new Error('the invite is removed');
    expect(removed.endedKnocks.map((id) => Buffer.from(id).toString('hex')).toSorted()).toEqual(
      [b, c].map(({ id }) => Buffer.from(id).toString('hex')).toSorted(),
    );
    expect(await writeOne(storage, removal)).toEqual({ outcome: 'stored', endedKnocks: [], access: 0 });
    expect(codeOf(await writeOne(storage, knockWith(room, invite)))).toBe('inviteNotFound');
    expect((await storage.snapshot(room, 0))?.knocks).toEqual([waiting(d)]);
  });

  test('a room has a limited number of invites; one that is there takes no place', async () => {
    const storage = await open({ ...roomy, invitesPerRoom: 2 });
    const { room, invite } = await openRoom(storage);
    const put = (one: Uint8Array) => ({ kind: 'putInvite', room, by: member, invite: one }) as const;
    const batch = [put(invite), put(randomBytes(32)), put(randomBytes(32)), put(invite)];
    expect((await storage.write(batch, 1)).map(codeOf)).toEqual(['stored', 'stored', 'roomFull', 'stored']);
    await writeOne(storage, { kind: 'removeInvite', room, by: member, invite });
    expect(codeOf(await writeOne(storage, put(randomBytes(32))))).toBe('stored');
  });
}
