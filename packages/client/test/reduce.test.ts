import type { LocalEvent, LocalMessage, Vault } from '@otr/protocol';
import { describe, expect, it } from 'vitest';
import { reduce, type ViewInput } from '../src/reduce.ts';
import { emptyView, type View } from '../src/view.ts';
import { ada, details, message, otherRoom, room, summary } from './rows.ts';

const snapshot: LocalMessage<'snapshot'> = {
  version: '1',
  profile: ada,
  relay: { url: 'http://relay', state: 'online', queued: 0 },
  rooms: [summary(room, { at: 1 }), summary(otherRoom, { at: 2 })],
};

function said(event: LocalEvent, at = 0): ViewInput {
  return { kind: 'event', event, at };
}

function after(...inputs: ViewInput[]): View {
  return inputs.reduce(reduce, emptyView);
}

const begun = said({ event: 'snapshot', data: snapshot });
const page = { rows: [message(1), message(2)], olderLeft: false, newerLeft: false };
const opened: ViewInput[] = [
  begun,
  { kind: 'open', room },
  { kind: 'load', room, where: 'window', ticket: 1 },
  { kind: 'page', room, ticket: 1, page },
];

describe('the view', () => {
  it('begins with a snapshot, the latest room first', () => {
    expect(after(begun)).toMatchObject({ version: '1', profile: { name: 'Ada' }, openRoom: null });
    expect(after(begun).rooms.map((one) => one.room)).toEqual([otherRoom, room]);
  });

  it('moves a room up when something happens there', () => {
    const view = after(begun, said({ event: 'room', data: summary(room, { at: 3, unread: 1 }) }));
    expect(view.rooms.map((one) => [one.room, one.unread])).toEqual([
      [room, 1],
      [otherRoom, 0],
    ]);
  });

  it('forgets a room that is gone, and closes it', () => {
    const view = after(...opened, said({ event: 'roomGone', data: { room } }));
    expect(view.rooms).toHaveLength(1);
    expect(view.openRoom).toBeNull();
    expect(view.timelines.has(room)).toBe(false);
  });

  it('adds rows to windows that are loaded, and to no other', () => {
    const rows = [message(3)];
    expect(
      after(...opened, said({ event: 'rows', data: { room, rows } })).timelines.get(room)?.rows,
    ).toHaveLength(3);
    const elsewhere = said({ event: 'rows', data: { room: otherRoom, rows } });
    expect(after(...opened, elsewhere).timelines.has(otherRoom)).toBe(false);
  });

  it('takes only the page it waits for', () => {
    const later: ViewInput[] = [...opened, { kind: 'load', room, where: 'window', ticket: 2 }];
    const stale = after(...later, { kind: 'page', room, ticket: 1, page: { ...page, rows: [] } });
    expect(stale.timelines.get(room)).toMatchObject({ loading: 'window', rows: page.rows });
    const failed = after(...later, { kind: 'loadFailed', room, ticket: 2 });
    expect(failed.timelines.get(room)).toMatchObject({ loading: 'none', rows: page.rows });
  });

  it('keeps the open window on the screen over a reconnect and drops the others', () => {
    const view = after(...opened, { kind: 'open', room: otherRoom }, { kind: 'open', room }, begun);
    expect([...view.timelines.keys()]).toEqual([room]);
    expect(view.timelines.get(room)?.rows).toHaveLength(2);
  });

  it('closes the open room when a snapshot no longer has it', () => {
    const without = said({ event: 'snapshot', data: { ...snapshot, rooms: [] } });
    expect(after(...opened, without)).toMatchObject({ openRoom: null, rooms: [] });
  });

  it('places the new-message divider where reading stopped, when a room is opened', () => {
    const unread = said({ event: 'room', data: summary(room, { unread: 1, readOrder: 1_024 }) });
    expect(after(begun, unread, { kind: 'open', room }).timelines.get(room)?.divider).toBe(1_024);
    expect(after(...opened).timelines.get(room)?.divider).toBeNull();
    expect(after(...opened, unread).timelines.get(room)?.divider).toBeNull();
    expect(after(...opened, unread, { kind: 'placeDivider', room }).timelines.get(room)?.divider).toBe(1_024);
  });

  it('takes rows away whose time was over, also from a page that was on its way', () => {
    const gone = said({ event: 'rowsGone', data: { room, ids: ['id-1'] } });
    expect(
      after(...opened, gone)
        .timelines.get(room)
        ?.rows.map((row) => row.id),
    ).toEqual(['id-2']);
    const loading: ViewInput[] = [begun, { kind: 'load', room, where: 'window', ticket: 1 }];
    const late = said({ event: 'rows', data: { room, rows: [message(1)] } });
    const view = after(...loading, late, gone, { kind: 'page', room, ticket: 1, page });
    expect(view.timelines.get(room)?.rows.map((row) => row.id)).toEqual(['id-2']);
    const again = after(...loading, gone, { kind: 'page', room, ticket: 1, page }, late);
    expect(again.timelines.get(room)?.rows).toHaveLength(2);
    expect(after(begun, gone).timelines.has(room)).toBe(false);
  });

  it('keeps the details of a room from when they were asked for', () => {
    const asked = after(...opened, { kind: 'details', details: details(room) });
    expect(asked.details.get(room)).toMatchObject({ epoch: 3 });
    const told = reduce(asked, said({ event: 'details', data: details(room, { epoch: 4 }) }));
    expect(told.details.get(room)).toMatchObject({ epoch: 4 });
    expect(reduce(told, begun).details.has(room)).toBe(true);
    expect(reduce(told, said({ event: 'roomGone', data: { room } })).details.size).toBe(0);
  });

  it('holds nothing of a locked profile but which room was open', () => {
    const locked: Vault = { state: 'locked', by: 'passphrase', lockAfterMinutes: 15 };
    const shown = after(...opened, { kind: 'details', details: details(room) });
    const view = reduce(shown, said({ event: 'vault', data: locked }));
    expect(view).toEqual({
      ...emptyView,
      connection: shown.connection,
      version: '1',
      openRoom: room,
      vault: locked,
    });
    expect(JSON.stringify([...shown.timelines])).toContain('text 1');
    const open = reduce(view, begun);
    expect(open).toMatchObject({ openRoom: room, vault: { state: 'open', lockAfterMinutes: 15 } });
  });

  it('knows who types, until it fades or the message comes', () => {
    const typing = said({ event: 'typing', data: { room, key: 'b', name: 'Bob' } }, 1_000);
    const during = after(...opened, typing);
    expect(during.typing.get(room)).toEqual([{ key: 'b', name: 'Bob', until: 8_000 }]);
    expect(reduce(during, { kind: 'tick', at: 7_999 })).toBe(during);
    expect(reduce(during, { kind: 'tick', at: 8_000 }).typing.size).toBe(0);
    const spoke = said({ event: 'rows', data: { room, rows: [message(3, { from: 'b' })] } });
    expect(reduce(during, spoke).typing.size).toBe(0);
  });

  it('knows how an exchange of words goes, until it is forgotten', () => {
    const told = (state: LocalMessage<'words'>['state']) =>
      said({ event: 'words', data: { room, member: 'b', name: 'Bob', state } });
    const wordsOf = (view: View) => [...(view.words.get(room) ?? [])];
    const forgotten: ViewInput = { kind: 'wordsForgotten', room, member: 'b' };
    expect(wordsOf(after(...opened, told('asked'), told('wrong')))).toEqual([['b', 'wrong']]);
    expect(wordsOf(after(...opened, told('wrong'), forgotten))).toEqual([]);
    expect(after(...opened, told('asked'), begun).words.size).toBe(0);
    const gone = said({ event: 'roomGone', data: { room } });
    expect(after(...opened, told('asked'), gone).words.size).toBe(0);
    const during = after(...opened, told('asked'));
    expect(reduce(during, told('asked'))).toBe(during);
    expect(reduce(after(...opened), forgotten).words.size).toBe(0);
  });

  it('is left as it is by news that are none', () => {
    const view = after(...opened);
    expect(reduce(view, { kind: 'connection', connection: view.connection })).toBe(view);
    expect(reduce(view, { kind: 'tick', at: 1 })).toBe(view);
  });
});
