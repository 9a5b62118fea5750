/** First byte of a whole binary message (RFC 6455 §5.2): FIN and opcode 2. */
const wholeBinary = 0x82;

/** A binary message as a server sends it: one frame, unmasked (RFC 6455 §5.2), ready for any number of sockets. */
export function webSocketFrame(payload: Uint8Array): Buffer {
  const { length } = payload;
  const headBytes = length < 126 ? 2 : length < 2 ** 16 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headBytes + length);
  frame[0] = wholeBinary;
  if (headBytes === 2) {
    frame[1] = length;
  } else if (headBytes === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt16BE(0, 2);
    frame.writeUIntBE(length, 4, 6);
  }
  frame.set(payload, headBytes);
  return frame;
}
