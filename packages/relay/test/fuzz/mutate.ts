import type { Random } from './random.ts';

const interesting = [
  0, 1, 2, 0x0f, 0x10, 0x1f, 0x20, 0x7f, 0x80, 0x8f, 0x90, 0xc0, 0xc1, 0xc4, 0xdc, 0xdd, 0xdf, 0xff,
];
const most = 200_000;

/** Bytes with one to four changes: bits, values, cuts, repetitions, and pieces of other payloads. */
export function changedBytes(random: Random, bytes: Buffer, others: readonly Buffer[]): Buffer {
  let changed: Buffer = Buffer.from(bytes);
  for (let changes = 1 + random.below(4); changes > 0; changes -= 1)
    changed = changedOnce(random, changed, others);
  return changed;
}

function changedOnce(random: Random, bytes: Buffer, others: readonly Buffer[]): Buffer {
  const at = random.below(bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.below(8)) {
    case 0:
    case 1:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
    case 2:
      if (at < bytes.length) bytes[at] = random.pick(interesting);
      return bytes;
    case 3:
      return before;
    case 4:
      return Buffer.concat([before, after.subarray(1 + random.below(16))]);
    case 5:
      return Buffer.concat([before, random.bytes(1 + random.below(8)), after]);
    case 6:
      return bytes.length < most ? Buffer.concat([before, before, after]) : bytes;
    default: {
      const other = others.length > 0 ? random.pick(others) : bytes;
      const from = random.below(other.length + 1);
      return Buffer.concat([before, other.subarray(from, from + 1 + random.below(100)), after]);
    }
  }
}

/** What stands where something else is expected. */
const strange: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  0.5,
  2 ** 31,
  2 ** 32,
  2 ** 40,
  2 ** 53,
  -(2 ** 53),
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  'text',
  '\u0000',
  [],
  {},
  [[]],
  { length: 16 },
  Buffer.alloc(0),
  Buffer.alloc(15),
  Buffer.alloc(16),
  Buffer.alloc(33),
  Buffer.alloc(2_000),
];

/** A value with one change somewhere inside it. */
export function changedValue(random: Random, value: unknown): unknown {
  if (value instanceof Uint8Array) return changedPart(random, value);
  if (Array.isArray(value)) return changedList(random, value);
  if (typeof value === 'object' && value !== null) return changedFields(random, value);
  return random.pick(strange);
}

function changedPart(random: Random, value: Uint8Array): unknown {
  return random.once(3) ? random.pick(strange) : changedOnce(random, Buffer.from(value), []);
}

function changedList(random: Random, list: readonly unknown[]): unknown {
  if (random.once(4)) return random.pick(strange);
  if (list.length === 0 || random.once(4)) return [...list, random.pick(strange)];
  if (random.once(3)) return Array.from({ length: 1 + random.below(100) }, () => random.pick(list));
  const at = random.below(list.length);
  return list.map((item, index) => (index === at ? changedValue(random, item) : item));
}

function changedFields(random: Random, value: object): unknown {
  const fields = Object.entries(value);
  if (fields.length === 0 || random.once(12)) return random.pick(strange);
  const [name] = random.pick(fields);
  switch (random.below(5)) {
    case 0:
      return Object.fromEntries(fields.filter(([other]) => other !== name));
    case 1:
      return { ...value, [random.pick(['extra', '__proto__', 'constructor', ''])]: random.pick(strange) };
    case 2:
      return { ...value, [name]: random.pick(fields)[1] };
    default:
      return Object.fromEntries(
        fields.map(([other, part]) => [other, other === name ? changedValue(random, part) : part]),
      );
  }
}
