/**
 * Whether bytes are one MessagePack value of modest shape
 * (https://github.com/msgpack/msgpack/blob/master/spec.md). The decoder behind it believes every length it
 * reads: five bytes can make it allocate an array of four thousand million, or copy as many bytes that are not
 * there. So lengths, depth and number of values are checked before it sees the frame.
 */
export function isModestMsgpack(frame: Buffer, limits: { depth: number; values: number }): boolean {
  /** How many values are still due at each open level. */
  const due = [1];
  let offset = 0;
  let values = 0;
  while (due.length > 0) {
    const level = due.length - 1;
    const left = due[level] ?? 0;
    if (left === 0) {
      due.pop();
      continue;
    }
    due[level] = left - 1;
    const head = headAt(frame, offset);
    if (head === undefined) return false;
    offset += head.bytes;
    values += 1 + head.children;
    if (offset > frame.length || values > limits.values || due.length > limits.depth) return false;
    if (head.children > 0) due.push(head.children);
  }
  return offset === frame.length;
}

/** A value without its children: its own bytes, and how many values follow inside it. */
interface Head {
  bytes: number;
  children: number;
}

function headAt(frame: Buffer, offset: number): Head | undefined {
  const prefix = frame[offset];
  if (prefix === undefined) return undefined;
  if (prefix < 0x80 || prefix >= 0xe0) return scalar(1);
  if (prefix < 0x90) return { bytes: 1, children: (prefix & 0x0f) * 2 };
  if (prefix < 0xa0) return { bytes: 1, children: prefix & 0x0f };
  if (prefix < 0xc0) return scalar(1 + (prefix & 0x1f));
  return longHeadAt(frame, offset, prefix);
}

/** Prefixes 0xc0 to 0xdf, with the number of length bytes they are followed by. */
function longHeadAt(frame: Buffer, offset: number, prefix: number): Head | undefined {
  const length = (bytes: 1 | 2 | 4) =>
    offset + bytes < frame.length ? frame.readUIntBE(offset + 1, bytes) : Infinity;
  if (prefix <= 0xc3) return prefix === 0xc1 ? undefined : scalar(1);
  if (prefix <= 0xc6) return sized(length, [1, 2, 4][prefix - 0xc4], 0);
  if (prefix <= 0xc9) return sized(length, [1, 2, 4][prefix - 0xc7], 1);
  if (prefix <= 0xcb) return scalar(prefix === 0xca ? 5 : 9);
  if (prefix <= 0xd3) return scalar(1 + 2 ** ((prefix - 0xcc) % 4));
  if (prefix <= 0xd8) return scalar(2 + 2 ** (prefix - 0xd4));
  if (prefix <= 0xdb) return sized(length, [1, 2, 4][prefix - 0xd9], 0);
  const bytes = prefix % 2 === 0 ? 2 : 4;
  return { bytes: 1 + bytes, children: length(bytes) * (prefix <= 0xdd ? 1 : 2) };
}

function sized(
  length: (bytes: 1 | 2 | 4) => number,
  bytes: number | undefined,
  type: 0 | 1,
): Head | undefined {
  if (bytes !== 1 && bytes !== 2 && bytes !== 4) return undefined;
  return scalar(1 + bytes + type + length(bytes));
}

function scalar(bytes: number): Head {
  return { bytes, children: 0 };
}
