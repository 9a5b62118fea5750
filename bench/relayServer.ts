import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRelay } from '@otr/relay';

/** The relay as people host it, on disk, with the rate limits out of the way. */
const data = mkdtempSync(join(tmpdir(), 'otr-bench-'));
const relay = await startRelay({
  host: '127.0.0.1',
  port: 0,
  data,
  limits: { requestsPerSecond: 1e6, requestBurst: 1e6 },
});
console.log(JSON.stringify({ listening: relay.url }));
process.once('SIGTERM', async () => {
  await relay.close();
  rmSync(data, { recursive: true });
  process.exit(0);
});
