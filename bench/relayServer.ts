import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRelay } from '@otr/relay';
import { serving } from './serving.ts';

/**
 * The relay as people host it, on disk, with the limits of a connection and of a room out of the way. Arguments: the
 * database and Redis, where the log is not in a folder.
 */
const [database, redis] = process.argv.slice(2);
const data = mkdtempSync(join(tmpdir(), 'otr-bench-'));
const relay = await startRelay({
  host: '127.0.0.1',
  port: 0,
  data,
  ...(database && { database }),
  ...(redis && { redis }),
  limits: {
    requestsPerSecond: 1e9,
    requestBurst: 1e9,
    roomRequestsPerSecond: 1e9,
    roomRequestBurst: 1e9,
    logBytesPerRoom: 2 ** 40,
    idleConnections: 1e5,
    unreadBytes: 2 ** 30,
    behindBytes: 2 ** 30,
  },
});
serving(relay.url, async () => {
  await relay.close();
  rmSync(data, { recursive: true });
});
