/** As many bytes as a passphrase may have. */
export const secretAtMost = 1024;

/** A line, or why there is none: at its end the input had no more, or somebody pressed Ctrl-C. */
export type Typed = Buffer | 'nothing' | 'interrupted';

const key = {
  interrupt: 3,
  end: 4,
  backspace: 8,
  newline: 10,
  enter: 13,
  clear: 21,
  escape: 27,
  delete: 127,
};

/** Bytes as they are typed, with the keys that edit a line at a terminal. What comes after a line waits for the next. */
export function secretLine(isTerminal: boolean) {
  const waiting: Buffer[] = [];
  const bytes = Buffer.alloc(secretAtMost + 4);
  let length = 0;
  let escaped: 'none' | 'began' | 'sequence' = 'none';

  function take(): Typed | null {
    for (let chunk = waiting.shift(); chunk !== undefined; chunk = waiting.shift()) {
      for (const [at, byte] of chunk.entries()) {
        const typed = type(byte);
        if (typed === null) continue;
        const rest = Buffer.from(chunk.subarray(at + 1));
        chunk.fill(0);
        if (rest.length > 0) waiting.unshift(rest);
        return typed;
      }
      chunk.fill(0);
    }
    return null;
  }

  function type(byte: number): Typed | null {
    if (byte === key.newline || (isTerminal && byte === key.enter)) return complete();
    if (isTerminal && isControl(byte)) return control(byte);
    if (length < bytes.length) bytes[length] = byte;
    length += 1;
    return null;
  }

  /** A key that is none of the text: editing keys work, arrows and the like do nothing. */
  function control(byte: number): Typed | null {
    if (escaped !== 'none') {
      const goesOn = escaped === 'began' ? byte === 0x5b || byte === 0x4f : byte < 0x40 || byte > 0x7e;
      escaped = goesOn ? 'sequence' : 'none';
      return null;
    }
    if (byte === key.interrupt) {
      clear();
      return 'interrupted';
    }
    if (byte === key.end && length === 0) return 'nothing';
    if (byte === key.clear) clear();
    if (byte === key.escape) escaped = 'began';
    if (byte === key.backspace || byte === key.delete) dropCharacter();
    return null;
  }

  const isControl = (byte: number) => escaped !== 'none' || byte < 0x20 || byte === key.delete;

  /** The last byte, and with it all bytes of one character in UTF-8. */
  function dropCharacter(): void {
    let isWithin = true;
    while (length > 0 && isWithin) {
      length -= 1;
      isWithin = ((bytes[length] ?? 0) & 0xc0) === 0x80;
      if (length < bytes.length) bytes[length] = 0;
    }
  }

  function complete(): Typed {
    // A line from a file may end as on Windows.
    if (length > 0 && length <= bytes.length && bytes[length - 1] === key.enter) length -= 1;
    const typed = length > secretAtMost ? ('nothing' as const) : Buffer.from(bytes.subarray(0, length));
    clear();
    return typed;
  }

  function clear(): void {
    bytes.fill(0);
    length = 0;
  }

  return {
    add: (chunk: Uint8Array) => void waiting.push(Buffer.from(chunk)),
    /** The next complete line; null while there is none. */
    take,
    /** At the end of the input: what is left, even without a line break. */
    takeRest: (): Typed => take() ?? (length > 0 ? complete() : 'nothing'),
  };
}

export type SecretLine = ReturnType<typeof secretLine>;
