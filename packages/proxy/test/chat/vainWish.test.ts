import { afterEach, beforeEach, expect, test } from 'vitest';
import { Company, detailsOf, epochOf } from './company.ts';

let company: Company;
beforeEach(async () => {
  company = await Company.meetDurably();
});
afterEach(() => company.part());

test('[C1] a wish that is fulfilled already, beside another that is not, makes one commit', async () => {
  const [ana, ben] = [company.person('Ana'), company.person('Ben')];
  const room = await company.room(ana, ben);
  const before = await epochOf(ana, room);
  await company.stopRelay();
  await ana.until(() => ana.chat.snapshot().relay.state === 'offline');
  // Both wait until the relay is back.
  await ana.ask('renameRoom', { room, name: 'Garden' });
  await ana.ask('setTimer', { room, disappearAfter: 3_600_000 });
  await company.startRelay();
  for (const who of [ana, ben]) {
    await who.until(async () => (await detailsOf(who, room)).disappearAfter === 3_600_000);
  }
  expect(await epochOf(ana, room)).toBe(before + 1);
  await ana.says(room, 'Still here');
  await ben.hears(room, ['Still here']);
  for (const who of [ana, ben]) expect(await who.troubles(room)).toEqual([]);
});
