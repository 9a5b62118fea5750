/** A process that is asked to end and takes for ever. With `reload`, SIGHUP means something else to it. */
import { listenForEnd } from '../src/signals.ts';

const { signal, onHangUp } = listenForEnd();
signal.addEventListener('abort', () => process.stdout.write('ending\n'));
if (process.argv[2] === 'reload') onHangUp(() => process.stdout.write('reloaded\n'));
setInterval(() => {}, 1_000);
process.stdout.write('ready\n');
