/**
 * A process that plays one role at a relay until it is told to stop, and then tells what it did. Arguments: the relay's
 * address, and the role's name.
 */
import { roles } from './roles.ts';

const [url = '', name = ''] = process.argv.slice(2);
const start = roles[name];
if (start === undefined) throw new RangeError(`no role is called ${name}`);
// Nobody else would end it.
process.once('disconnect', () => process.exit());
const role = await start(url);
process.send?.('started');
process.on('message', (wish) => {
  if (wish === 'delays') process.send?.(role.takeDelays?.() ?? []);
  else void role.stop().then((report) => process.send?.(report, () => process.exit(0)));
});
