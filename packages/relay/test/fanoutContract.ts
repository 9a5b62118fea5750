import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type Fanout, type RoomEvent, roomOf } from '../src/fanout/fanout.ts';
import { arbitraryRoomEvent } from './arbitraryRoomEvent.ts';

/** A node with all that it has heard. */
export interface TestNode {
  fanout: Fanout;
  heard: RoomEvent[];
  /** Resolves when this holds after something was heard, or holds already. */
  until(holds: () => boolean): Promise<void>;
}

export function testNode(fanout: Fanout): TestNode {
  const heard: TestNode['heard'] = [];
  let waiting: { holds: () => boolean; resolve: () => void }[] = [];
  const look = () => {
    waiting = waiting.filter(({ holds, resolve }) => !holds() || resolve());
  };
  fanout.onEvent((event) => {
    heard.push(event);
    look();
  });
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      waiting.push({ holds, resolve });
      look();
    });
  return { fanout, heard, until };
}

/** The log of this room has grown by the entry at this place. */
export function growth(room: Uint8Array, seq: number): RoomEvent {
  return { kind: 'entries', room, first: seq, last: seq };
}

export function eventsOf(node: TestNode, room: Uint8Array): RoomEvent[] {
  return node.heard.filter((event) => Buffer.compare(roomOf(event), room) === 0);
}

/** What `from` published before this has reached `to`, if it ever does. */
export async function flushed(from: TestNode, to: TestNode): Promise<void> {
  const room = randomBytes(16);
  await to.fanout.join(room);
  from.fanout.publish(growth(room, 1));
  await to.until(() => eventsOf(to, room).length === 1);
  to.fanout.leave(room);
}

/** What every implementation of `Fanout` must do. `open` gives another node on the same bus. */
export function fanoutContract(name: string, open: () => Promise<Fanout>): void {
  const opened: Fanout[] = [];
  const openNode = async () => {
    const fanout = await open();
    opened.push(fanout);
    return testNode(fanout);
  };
  const openThree = async () => [await openNode(), await openNode(), await openNode()] as const;

  describe(`fan-out: ${name}`, () => {
    afterEach(() => Promise.all(opened.splice(0).map((fanout) => fanout.close())));

    test('[L6] what one node publishes the others hear in order, not itself', async () => {
      const [a, b, c] = await openThree();
      const room = randomBytes(16);
      for (const { fanout } of [a, b, c]) await fanout.join(room);
      const sent = Array.from({ length: 500 }, (_, index) => growth(room, index + 1));
      for (const event of sent) a.fanout.publish(event);
      await b.until(() => b.heard.length === sent.length);
      await c.until(() => c.heard.length === sent.length);
      await flushed(b, a);
      expect(eventsOf(b, room)).toEqual(sent);
      expect(eventsOf(c, room)).toEqual(sent);
      expect(eventsOf(a, room)).toEqual([]);
    });

    test('every kind of event arrives with the contents it had', async () => {
      const [a, b] = await openThree();
      const room = randomBytes(16);
      await b.fanout.join(room);
      const sent = fc.sample(arbitraryRoomEvent(room), 300);
      for (const event of sent) a.fanout.publish(event);
      await b.until(() => b.heard.length === sent.length);
      expect(eventsOf(b, room)).toEqual(sent);
    });

    test('no listener is called within a publish', async () => {
      const [a, b] = await openThree();
      const room = randomBytes(16);
      await b.fanout.join(room);
      a.fanout.publish(growth(room, 1));
      expect(b.heard).toEqual([]);
      await b.until(() => b.heard.length === 1);
    });

    test('two nodes are heard both, each in its order', async () => {
      const [a, b, c] = await openThree();
      const room = randomBytes(16);
      await c.fanout.join(room);
      const [ofA, ofB] = [0, 1_000].map((after) =>
        Array.from({ length: 100 }, (_, index) => growth(room, after + index + 1)),
      );
      for (let turn = 0; turn < 100; turn += 1) {
        for (const [node, sent] of [[a, ofA] as const, [b, ofB] as const]) {
          const event = sent?.[turn];
          if (event) node.fanout.publish(event);
        }
      }
      await c.until(() => c.heard.length === 200);
      const isOfA = (event: RoomEvent) => event.kind === 'entries' && event.first <= 1_000;
      expect(c.heard.filter(isOfA)).toEqual(ofA);
      expect(c.heard.filter((event) => !isOfA(event))).toEqual(ofB);
    });

    test('a node hears the rooms that it joined, until it leaves them', async () => {
      const [a, b] = await openThree();
      const [joined, left, other] = [randomBytes(16), randomBytes(16), randomBytes(16)];
      await Promise.all([b.fanout.join(joined), b.fanout.join(left)]);
      for (const room of [joined, left, other]) a.fanout.publish(growth(room, 1));
      await flushed(a, b);
      b.fanout.leave(left);
      for (const room of [joined, left, other]) a.fanout.publish(growth(room, 2));
      await flushed(a, b);
      expect(eventsOf(b, joined)).toEqual([growth(joined, 1), growth(joined, 2)]);
      expect(eventsOf(b, left)).toEqual([growth(left, 1)]);
      expect(eventsOf(b, other)).toEqual([]);
    });

    test('from when `join` resolves everything is heard, in many rooms at once', async () => {
      const [a, b] = await openThree();
      const rooms = Array.from({ length: 300 }, () => randomBytes(16));
      await Promise.all(
        rooms.map(async (room) => {
          await b.fanout.join(room);
          a.fanout.publish(growth(room, 1));
        }),
      );
      await b.until(() => b.heard.length === rooms.length);
    });

    test('joins and leaves in any order and without waiting end as the last one says', async () => {
      const [a, b] = await openThree();
      const steps = fc.array(fc.boolean(), { minLength: 1, maxLength: 6 });
      const plans = fc.sample(steps, 100).map((joins) => ({ room: randomBytes(16), joins }));
      const joining: Promise<void>[] = [];
      for (const { room, joins } of plans) {
        for (const join of joins) {
          if (join) joining.push(b.fanout.join(room));
          else b.fanout.leave(room);
          if (joins.length % 2 === 0) await Promise.resolve();
        }
      }
      await Promise.all(joining);
      for (const { room } of plans) a.fanout.publish(growth(room, 1));
      await flushed(a, b);
      for (const { room, joins } of plans) {
        expect(eventsOf(b, room), joins.join()).toHaveLength(joins.at(-1) ? 1 : 0);
      }
    });

    test('a node that closes says nothing more', async () => {
      const [a, b, c] = await openThree();
      const room = randomBytes(16);
      await b.fanout.join(room);
      a.fanout.publish(growth(room, 1));
      await b.until(() => b.heard.length === 1);
      await a.fanout.close();
      a.fanout.publish(growth(room, 2));
      c.fanout.publish(growth(room, 3));
      await b.until(() => b.heard.length === 2);
      expect(b.heard).toEqual([growth(room, 1), growth(room, 3)]);
    });
  });
}
