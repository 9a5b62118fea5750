import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Tells the benchmark where this process listens, and then what it is asked. */
export function serving(url: string, stop: () => Promise<void> = async () => {}): void {
  tell({ listening: url });
  createInterface({ input: process.stdin }).on('line', (question) => {
    if (question === 'cpu') {
      const { user, system } = process.cpuUsage();
      tell({ cpu: user + system, at: performance.now() * 1_000 });
    } else {
      collectGarbage();
      tell({ resident: process.memoryUsage.rss() });
    }
  });
  process.once('SIGTERM', async () => {
    await stop();
    process.exit(0);
  });
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
