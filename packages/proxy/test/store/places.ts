import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageRow } from '@otr/protocol';
import type { StoredRoom } from '../../src/store/roomTable.ts';
import { openDatabases, openStore, type Store } from '../../src/store/store.ts';

/** A temporary folder with stores in it; `clean` closes them and removes it. */
export class Places {
  readonly folder = mkdtempSync(join(tmpdir(), 'otr-store-'));
  readonly profile = join(this.folder, 'profile');
  readonly plain = join(this.folder, 'plain');
  readonly key = new Uint8Array(randomBytes(32));
  readonly #stores: Store[] = [];
  #copies = 0;

  open(folder = this.profile, reached?: Parameters<typeof openStore>[1]): Store {
    return this.keep(openStore({ folder, key: this.key }, reached));
  }

  /** The same without encryption: what a scan must find, and what only the key would hide from it. */
  openPlain(folder = this.plain, reached?: Parameters<typeof openStore>[1]): Store {
    mkdirSync(folder, { recursive: true });
    const paths = { ratchet: join(folder, 'ratchet.db'), history: join(folder, 'history.db') };
    return this.keep(openDatabases(paths, null, reached));
  }

  memory(): Store {
    return this.keep(openStore('memory'));
  }

  keep(opened: ReturnType<typeof openStore>): Store {
    if (!opened.ok) throw new Error(opened.message);
    this.#stores.push(opened.value);
    return opened.value;
  }

  /** Why a profile cannot be opened. */
  refusal(folder = this.profile, key = this.key): string {
    const opened = openStore({ folder, key });
    if (!opened.ok) return opened.message;
    opened.value.close();
    throw new Error('the profile was opened');
  }

  /** A copy of a profile's folder as it is now, also of one that is open. */
  copy(folder: string): string {
    this.#copies += 1;
    const copy = join(this.folder, `copy ${this.#copies}`);
    cpSync(folder, copy, { recursive: true });
    return copy;
  }

  close(): void {
    for (const store of this.#stores.splice(0)) store.close();
  }

  clean(): void {
    this.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** Both kinds of room: what they hold is on disk, or in memory. */
export const kindsOfRoom = [
  { kind: 'a room', offTheRecord: false },
  { kind: '[D9] a room off the record', offTheRecord: true },
] as const;

export function addRoom(store: Store, name = 'Garden', offTheRecord = false): StoredRoom {
  const room = new Uint8Array(randomBytes(16));
  const relayUrl = 'http://127.0.0.1:1';
  return store.rooms.add({ room, relayUrl, name, standing: 'member', at: 1, offTheRecord });
}

export function message(order: number, change: Partial<MessageRow> = {}): MessageRow {
  const id = `message-${order}`;
  const base = { kind: 'message', room: 'room', seq: order, at: 1, from: 'key', name: 'Ana' } as const;
  return { ...base, id, order, own: false, text: `line ${order}`, delivery: 'relay', ...change };
}
