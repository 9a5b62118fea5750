import { describe, expect, it } from 'vitest';
import { check, type Damage } from './checker.ts';
import type { Acknowledgement, History, Sighting } from './history.ts';

const message = (seq: number, id: string, epoch: number): Sighting => ({ seq, id, kind: 'message', epoch });
const commit = (seq: number, id: string, opens: number): Sighting => ({
  seq,
  id,
  kind: 'commit',
  epoch: opens,
});

/** Two messages, a commit, a message, a commit, a message. */
const log = [
  message(1, 'a', 0),
  message(2, 'b', 0),
  commit(3, 'c', 1),
  message(4, 'd', 1),
  commit(5, 'e', 2),
  message(6, 'f', 2),
];

function acknowledgementOf({ seq, id, kind, epoch }: Sighting): Acknowledgement {
  return { seq, id, kind, sentFor: [kind === 'commit' ? epoch - 1 : epoch] };
}

/** What was seen of this log if the relay is honest, with this changed. */
function history(change: Partial<History> = {}): History {
  return {
    room: 'r',
    sent: new Set('abcdefg'),
    acknowledged: log.map(acknowledgementOf),
    readings: ['one', 'two'].map((reader) => ({ reader, entries: log, contradictions: [] })),
    log,
    ...change,
  };
}

const reading = (entries: Sighting[], contradictions: string[] = []) => ({
  readings: [{ reader: 'one', entries, contradictions }],
});
const damages = (change: Partial<History>): Damage[] => [
  ...new Set(check(history(change)).map(({ damage }) => damage)),
];

describe('the checker', () => {
  it('finds nothing in an honest history, acknowledged in any order and more than once', () => {
    const acknowledged = [...log, ...log].reverse().map(acknowledgementOf);
    expect(check(history())).toEqual([]);
    expect(check(history({ acknowledged }))).toEqual([]);
    expect(check(history({ acknowledged: [] }))).toEqual([]);
    const sentTwice = [{ ...acknowledgementOf(message(2, 'b', 0)), sentFor: [0, 1] }];
    expect(check(history({ acknowledged: sentTwice }))).toEqual([]);
  });

  it('[L2] finds what was acknowledged and is lost, at the end of the log too', () => {
    expect(damages({ acknowledged: [acknowledgementOf(message(7, 'g', 2))] })).toEqual(['lost']);
    expect(damages({ log: log.slice(0, 5), ...reading(log.slice(0, 5)) })).toEqual(['lost']);
  });

  it('[L3] finds an entry that is in the log twice', () => {
    const twice = [...log, message(7, 'f', 2)];
    expect(damages({ log: twice, ...reading(twice) })).toContain('doubled');
  });

  it('[L3] finds an entry that is acknowledged at two places', () => {
    const acknowledged = [...log.map(acknowledgementOf), acknowledgementOf(message(5, 'd', 1))];
    expect(damages({ acknowledged })).toEqual(['moved']);
  });

  it('[L1] finds a hole and a place that is taken twice', () => {
    const hole = [...log.slice(0, 5), message(7, 'f', 2)];
    expect(damages({ log: hole, acknowledged: [], ...reading(hole) })).toEqual(['unnumbered']);
    const taken = [...log, message(6, 'g', 2)];
    expect(damages({ log: taken, ...reading(taken) })).toEqual(['unnumbered']);
  });

  it('[L12] finds a reader with two entries swapped, one missing, one twice, one that is gone', () => {
    const [a, b, ...rest] = log;
    if (!a || !b) throw new Error('a log');
    expect(damages(reading([b, a, ...rest]))).toEqual(['otherOrder']);
    expect(damages(reading([a, ...rest]))).toEqual(['otherOrder']);
    expect(damages(reading(log.slice(0, 5)))).toEqual(['otherOrder']);
    expect(damages(reading([...log, a]))).toContain('doubled');
    expect(damages(reading([...log, message(7, 'g', 2)]))).toContain('vanished');
    expect(damages(reading([{ ...a, seq: 2 }, b, ...rest]))).toEqual(['moved']);
    expect(damages(reading(log, ['place 3 again']))).toEqual(['otherOrder']);
  });

  it('[A4] finds a removed member that was shown more than the commit that ended its epoch, or less', () => {
    const removed = (entries: Sighting[]) => ({
      readings: [{ reader: 'eve', removedAt: 1, entries, contradictions: [] }],
    });
    expect(damages(removed(log.slice(0, 3)))).toEqual([]);
    expect(damages(removed(log.slice(0, 4)))).toEqual(['vanished', 'otherOrder']);
    expect(damages(removed(log.slice(0, 2)))).toEqual(['otherOrder']);
  });

  it('[L8] finds two commits that ended one epoch, though the log numbers them one after the other', () => {
    const both = [
      acknowledgementOf(commit(3, 'c', 1)),
      { ...acknowledgementOf(commit(5, 'e', 2)), sentFor: [0] },
    ];
    expect(damages({ acknowledged: both })).toContain('twoWinners');
  });

  it('[L8] finds an epoch that was opened twice, or by no commit', () => {
    const twice = [commit(1, 'a', 1), commit(2, 'b', 1)];
    expect(damages({ log: twice, acknowledged: [], ...reading(twice) })).toEqual(['twoWinners']);
    const jump = [commit(1, 'a', 2)];
    expect(damages({ log: jump, acknowledged: [], ...reading(jump) })).toEqual(['noWinner']);
  });

  it('[A3] finds an entry that stands after the commit that ended its epoch', () => {
    const late = [commit(1, 'a', 1), message(2, 'b', 0)];
    expect(damages({ log: late, acknowledged: [], ...reading(late) })).toEqual(['outsideEpoch']);
  });

  it('finds an entry that was taken into another epoch than its sender sealed it for', () => {
    const acknowledged = [{ ...acknowledgementOf(message(4, 'd', 1)), sentFor: [0] }];
    expect(damages({ acknowledged })).toEqual(['moved']);
  });

  it('finds an entry that nobody sent', () => {
    expect(damages({ sent: new Set('abcde') })).toEqual(['invented']);
  });
});
