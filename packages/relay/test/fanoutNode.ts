import { openRedis } from '../src/fanout/redis.ts';
import { silent } from '../src/log.ts';

/** A node in a process of its own, to be killed: says in the room of this id (hex) that it is there. */
const [url = '', room = ''] = process.argv.slice(2);
const fanout = await openRedis(url, silent);
fanout.publish({ kind: 'presenceAsked', room: Buffer.from(room, 'hex') });
