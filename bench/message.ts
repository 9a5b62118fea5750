/** Every message of the benchmark has 200 bytes, tells who sent it and when, and means nothing. */
export const messageBytes = 200;

/** Milliseconds of this process's clock. */
export interface Sent {
  readonly sender: number;
  readonly at: number;
}

/** sender 4 | sent at, µs 6 | filler */
export function binaryMessage({ sender, at }: Sent): Buffer {
  const message = Buffer.alloc(messageBytes, 0x78);
  message.writeUInt32BE(sender, 0);
  message.writeUIntBE(Math.round(at * 1_000), 4, 6);
  return message;
}

export function readBinary(chunk: Buffer, at: number): Sent {
  return { sender: chunk.readUInt32BE(at), at: chunk.readUIntBE(at + 4, 6) / 1_000 };
}

/** The same in hexadecimal digits, for JSON. */
export function textMessage({ sender, at }: Sent): string {
  const digits =
    sender.toString(16).padStart(8, '0') +
    Math.round(at * 1_000)
      .toString(16)
      .padStart(12, '0');
  return digits.padEnd(messageBytes, 'x');
}

export function readText(chunk: Buffer, at: number): Sent {
  return {
    sender: Number.parseInt(chunk.toString('latin1', at, at + 8), 16),
    at: Number.parseInt(chunk.toString('latin1', at + 8, at + 20), 16) / 1_000,
  };
}
