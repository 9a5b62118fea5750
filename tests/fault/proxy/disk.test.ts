import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Relay, startRelay } from '@otr/relay';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../packages/proxy/src/store/store.ts';
import { fileStore, newId, Person } from '../../../packages/proxy/test/chat/person.ts';
import { temporaryFolder } from '../../processes.ts';
import { Disk } from '../relay/disk.ts';

const noDisk = await Disk.unavailable();

describe.skipIf(noDisk !== undefined)(
  `[M11] a disk that takes no more${noDisk ? ` (${noDisk})` : ''}`,
  () => {
    let relay: Relay;
    let disk: Disk;
    let ben: Person;
    let ana: Person;
    let room: string;

    beforeEach(async () => {
      relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:' });
      disk = await Disk.make();
      ben = new Person({ relayUrl: relay.url, name: 'Ben' });
      ana = new Person({ relayUrl: relay.url, name: 'Ana', store: fileStore(profile()) });
      room = await ana.create('Garden');
      await ben.joins(ana, room);
      await ana.until(() => ana.room(room)?.memberCount === 2);
      await ana.says(room, 'before');
      await ben.hears(room, ['before']);
      await ana.settles(room);
    });
    afterEach(async () => {
      await ana.close();
      await ben.close();
      await relay.close();
      await disk.remove();
    });

    const profile = () => join(disk.folder, 'ana');
    const filler = () => join(disk.folder, 'filler');

    /** Nothing more fits, not even a page. */
    function fill(): void {
      mkdirSync(filler());
      for (let size = 64 * 1024 * 1024, count = 0; size > 0; count += 1) {
        try {
          writeFileSync(join(filler(), String(count)), Buffer.alloc(size, 1), { flush: true });
        } catch {
          size = Math.floor(size / 2);
        }
      }
    }

    /** It is refused with a sentence, and neither shown nor sent. */
    async function isRefused(text: string): Promise<void> {
      const answer = await ana.chat.request('sendMessage', { room, id: newId(), text });
      expect(answer).toMatchObject({ ok: false, error: { code: 'storageFailed' } });
      expect(answer.ok ? '' : answer.error.message).toMatch(
        /^This computer could not store the change: .*\.$/,
      );
      expect(await ana.texts(room)).not.toContain(text);
    }

    it('because it is full: sending is refused and says why; with room again all goes on, and nothing is lost', async () => {
      // The write-ahead log begins anew, so that it has to grow.
      ana.store.wipeDeleted();
      fill();
      await isRefused('no room for this');
      await ben.says(room, 'said while the disk was full');
      await ben.settles(room);
      await isRefused('nor for this');
      expect(ana.chat.snapshot().rooms).toHaveLength(1);

      rmSync(filler(), { recursive: true });
      await ana.says(room, 'there is room again');
      await ben.hears(room, ['there is room again']);
      await ana.hears(room, ['said while the disk was full']);
      await ana.settles(room);
      const all = ['before', 'said while the disk was full', 'there is room again'];
      expect((await ana.texts(room)).toSorted()).toEqual(all.toSorted());
      expect(await ben.texts(room)).toEqual(await ana.texts(room));
      for (const each of [ana, ben]) expect(await each.troubles(room)).toEqual([]);
    });

    it('because it has become read-only: sending is refused and says why; after a restart on a good one all goes on', async () => {
      // What Linux does to a file system on which an error was found.
      execFileSync('mount', ['-o', 'remount,abort', disk.folder], { stdio: 'ignore' });
      await isRefused('not to be stored');
      await ben.says(room, 'said while the disk was read-only');
      await ben.settles(room);
      await ana.close();
      const opened = openStore({ folder: profile(), key: new Uint8Array(32).fill(7) });
      expect(opened.ok ? '' : opened.message).toMatch(/^The profile.*\.$/);

      await disk.losePower();
      ana = new Person({ relayUrl: relay.url, store: fileStore(profile()) });
      await ana.hears(room, ['said while the disk was read-only']);
      await ana.says(room, 'on a good disk');
      await ben.hears(room, ['on a good disk']);
      await ana.settles(room);
      expect(await ana.texts(room)).toEqual([
        'before',
        'said while the disk was read-only',
        'on a good disk',
      ]);
      expect(await ben.texts(room)).toEqual(await ana.texts(room));
      for (const each of [ana, ben]) expect(await each.troubles(room)).toEqual([]);
    });
  },
);

describe('what is looked at can fail (negative control)', () => {
  it('a profile on a disk with room takes what is said', async () => {
    const relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:' });
    const folder = temporaryFolder();
    const ana = new Person({ relayUrl: relay.url, name: 'Ana', store: fileStore(folder.path) });
    const room = await ana.create('Garden');
    const answer = await ana.chat.request('sendMessage', { room, id: newId(), text: 'taken' });
    expect(answer.ok).toBe(true);
    expect(await ana.texts(room)).toEqual(['taken']);
    await ana.close();
    await relay.close();
    folder.remove();
  });
});
