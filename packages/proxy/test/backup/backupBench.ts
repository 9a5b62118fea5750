import { statSync } from 'node:fs';
import { addRoom, message } from '../store/places.ts';
import { backup, mustDo, restore, Shelf, storeIn } from './profiles.ts';

/** Not a test: backs up and restores a profile of many messages, and says how long it takes and how much memory. */
const messages = Number(process.argv[2] ?? 100_000);
const shelf = new Shelf();
const store = await storeIn(shelf.place('profile'));
const { number } = addRoom(store);
for (let order = 1; order <= messages; ) {
  store.step(() => {
    for (let n = 0; n < 1_000 && order <= messages; n++, order++) {
      const text = `message ${order} says ${'some words of every day '.repeat(5)}`;
      store.timeline.write(number, message(order, { text }));
    }
  });
}
store.close();
const used = () => Math.round(process.memoryUsage.rss() / 1e6);
const measure = async (what: string, work: () => Promise<object>) => {
  const [before, begun] = [used(), performance.now()];
  const watch = { most: before };
  const timer = setInterval(() => {
    watch.most = Math.max(watch.most, used());
  }, 20);
  const done = await work();
  clearInterval(timer);
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  console.log(what, done, `${seconds} s, ${before} MB before, ${watch.most} MB at most`);
};
await measure('backup', () => mustDo(backup(shelf.place('profile'), shelf.place('backup'))));
console.log(`${(statSync(shelf.place('backup')).size / 1e6).toFixed(1)} MB`);
await measure('restore', () => mustDo(restore(shelf.place('backup'), shelf.place('restored'))));
shelf.clean();
