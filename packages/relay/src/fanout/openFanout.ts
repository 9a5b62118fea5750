import type { Log } from '../log.ts';
import type { Fanout } from './fanout.ts';

/** How a relay reaches the other processes on its store: `redis://…`, or not at all. */
export async function openFanout(redis: string | undefined, log: Log): Promise<Fanout> {
  if (redis === undefined) {
    const { inProcessFanout } = await import('./inProcess.ts');
    return inProcessFanout();
  }
  const { openRedis } = await import('./redis.ts');
  return await openRedis(redis, log);
}
