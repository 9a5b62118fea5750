/** A relay as a process of its own, to be killed: prints its address, ends only by a signal. */
import { startRelay } from '../src/index.ts';

const [data = ':memory:'] = process.argv.slice(2);
const relay = await startRelay({ host: '127.0.0.1', port: 0, data });
process.stdout.write(`${relay.url}\n`);
