import { join } from 'node:path';
import { serialize } from 'node:v8';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, migrate } from '../../src/store/database.ts';
import { databaseKey } from '../../src/store/databaseKey.ts';
import { historyMigrations } from '../../src/store/historyMigrations.ts';
import { ratchetMigrations } from '../../src/store/ratchetMigrations.ts';
import { message, Places } from './places.ts';

let places: Places;
beforeEach(() => {
  places = new Places();
});
afterEach(() => places.clean());

/** A profile as version 1 left it: one room with a message, a draft and an item; a step whose history is not yet written. */
function ofVersion1(): void {
  places.open().close();
  const folder = places.profile;
  const open = (name: 'ratchet' | 'history', migrations: readonly string[]) => {
    const connection = connect(join(folder, `${name}.db`), databaseKey(places.key, name), 'FULL');
    const tables = connection
      .prepare<{ name: string }>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%\\_%' ESCAPE '\\'",
      )
      .all();
    connection.pragma('foreign_keys = OFF');
    for (const table of tables) connection.exec(`DROP TABLE ${table.name}`);
    connection.pragma('user_version = 0');
    migrate(connection, migrations.slice(0, 1));
    return connection;
  };
  const ratchet = open('ratchet', ratchetMigrations);
  ratchet.exec(
    `INSERT INTO outbox (room, id, content, at) VALUES (1, 'a', '{"kind":"leave","version":1}', 7)`,
  );
  const writes = [['rooms.change', ['Renamed', 'member', 0, null, 5, 6, 0, 1]]];
  ratchet.prepare('UPDATE journal SET step = 1, writes = ?').run(serialize(writes));
  ratchet.close();
  const history = open('history', historyMigrations);
  history
    .prepare(
      "INSERT INTO rooms (room, relay_url, name, standing, at) VALUES (?, 'url', 'Garden', 'member', 1)",
    )
    .run(new Uint8Array(16));
  history.exec("INSERT INTO drafts VALUES (1, 'half a sen')");
  history
    .prepare(
      "INSERT INTO timeline (room, position, id, kind, counted, row) VALUES (1, 1, 'message-1', 'message', 1, ?)",
    )
    .run(JSON.stringify(message(1)));
  history.close();
}

test('a profile of version 1 opens as it was; what its last step had begun is finished', () => {
  ofVersion1();
  const store = places.open();
  expect(store.rooms.all()).toMatchObject([
    { number: 1, name: 'Renamed', readOrder: 5, draft: 'half a sen', offTheRecord: false },
  ]);
  expect(store.timeline.get(1, 'message-1')).toEqual(message(1));
  expect(store.timeline.search({ text: 'line', limit: 5 })).toHaveLength(1);
  expect(store.outbox.of(1)).toMatchObject([{ id: 'a', at: 7, whisperTo: null }]);
  expect(store.outbox.slices(1, 'a')).toEqual([]);
  expect(store.people.all()).toEqual([]);
  const key = store.identityKey();
  store.close();
  expect(places.open().identityKey(), '[D1] it has an identity key from now on').toEqual(key);
});
