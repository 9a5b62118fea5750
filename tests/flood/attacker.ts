/**
 * A process that floods a relay in one way, at low priority, until it is told to stop; then it tells what it did.
 * Arguments: the relay's address, and the name of the flood.
 */
import { setPriority } from 'node:os';
import { type Flood, floods } from './floods.ts';

const [url = '', name = ''] = process.argv.slice(2);
// What it uses of the processor is not to be taken from those who measure.
setPriority(19);
const start = floods[name];
if (start === undefined) throw new RangeError(`no flood is called ${name}`);
const flood: Flood = await start(url);
process.send?.('started');
process.once('message', () => void flood.stop().then((did) => process.send?.(did, () => process.exit(0))));
