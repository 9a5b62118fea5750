import { unsentOrder } from '@otr/protocol';
import { expect, it } from 'vitest';
import { firstShape, nextShape } from '../src/timeline/listShape.ts';

const rowsAt = (...orders: number[]) => orders.map((order) => ({ id: `m${order}`, order }));

it('rows at the end keep the position from the start', () => {
  expect(nextShape(firstShape(rowsAt(1, 2)), rowsAt(1, 2, 3))).toMatchObject({ shift: false, generation: 0 });
});

it('older rows keep the position from the end', () => {
  expect(nextShape(firstShape(rowsAt(5, 6)), rowsAt(3, 4, 5, 6))).toMatchObject({
    shift: true,
    generation: 0,
  });
});

it('another window is another list', () => {
  expect(nextShape(firstShape(rowsAt(5, 6)), rowsAt(50, 60))).toMatchObject({ shift: false, generation: 1 });
});

it('rows that vanish at the start leave the rest where it is, counted from the end', () => {
  expect(nextShape(firstShape(rowsAt(3, 4, 5)), rowsAt(4, 5))).toMatchObject({ shift: true, generation: 0 });
});

it('rows that vanish in between keep the position from the start', () => {
  expect(nextShape(firstShape(rowsAt(3, 4, 5)), rowsAt(3, 5))).toMatchObject({ shift: false, generation: 0 });
});

it('an own first message that finds its place is the same list', () => {
  const waiting = [{ id: 'own', order: unsentOrder }];
  expect(nextShape(firstShape(waiting), [{ id: 'own', order: 1024 }])).toMatchObject({ generation: 0 });
});
