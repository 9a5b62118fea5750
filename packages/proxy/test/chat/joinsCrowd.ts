import type { Company } from './company.ts';
import { detailsOf } from './company.ts';
import { SimulatedRoom } from './simulatedRoom.ts';

/** Milliseconds, and the rows that show trouble. */
export interface CrowdTimes {
  readonly building: number;
  readonly join: number;
  readonly hear: number;
  readonly say: number;
  readonly renewal: number;
  readonly commitsHeard: number;
  readonly troubles: readonly string[];
}

/** One real proxy among many simulated members: it comes in, hears some, is heard, sees commits, renews its keys. */
export async function joinsCrowd(company: Company, size: number, voices: number): Promise<CrowdTimes> {
  const lap = stopwatch();
  const crowd = await SimulatedRoom.open(company.url, size - 1, voices);
  const building = lap();
  const zoe = company.person('Zoe');
  const { room } = await zoe.ask('joinRoom', { link: crowd.link });
  await crowd.admit();
  await zoe.until(() => zoe.room(room)?.state === 'joined' && zoe.room(room)?.memberCount === size);
  const join = lap();
  const said = crowd.voices.map((_, n) => `voice ${n}`);
  for (const [n, voice] of crowd.voices.entries()) await crowd.say(voice, said[n] ?? '');
  await zoe.hears(room, said);
  const hear = lap();
  await zoe.says(room, 'I am Zoe');
  await crowd.until(() => crowd.voices.every(({ heard }) => heard.includes('I am Zoe')));
  const say = lap();
  await crowd.until(() =>
    zoe.events.some(({ event, data }) => event === 'details' && data.keysRenewedAt !== null),
  );
  await crowd.catchUp();
  const renewal = lap();
  const { epoch } = await detailsOf(zoe, room);
  for (const voice of crowd.voices) await crowd.commit(voice, { renew: true });
  await zoe.until(async () => (await detailsOf(zoe, room)).epoch === epoch + crowd.voices.length);
  const commitsHeard = lap();
  await crowd.say(crowd.voice(1), 'after all that');
  await zoe.hears(room, ['after all that']);
  const troubles = await zoe.troubles(room);
  crowd.close();
  return { building, join, hear, say, renewal, commitsHeard, troubles };
}

function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const passed = Math.round(now - last);
    last = now;
    return passed;
  };
}
