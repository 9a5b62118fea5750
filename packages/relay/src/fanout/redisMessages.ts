/**
 * What nodes publish in Redis:
 *
 *     version 1 | node 12 | room event     on the channel of a room
 *     version 1 | node 12                  on the node's own channel: a sign of life that only it hears
 *
 * `node` is random and as old as the process.
 */
const version = 1;
const nodeBytes = 12;
const headBytes = 1 + nodeBytes;

export function nodeChannel(node: Buffer): string {
  return `otr:node:${node.toString('base64url')}`;
}

export function roomChannel(room: Buffer): string {
  return `otr:room:${room.toString('base64url')}`;
}

/** What all messages of this node begin with. `node` is 12 bytes. */
export function headOf(node: Buffer): Buffer {
  return Buffer.concat([Buffer.of(version), node]);
}

/** The head and the body of a message; undefined for bytes that are none. */
export function splitMessage(message: Buffer): { head: Buffer; body: Buffer } | undefined {
  if (message.length < headBytes || message.readUInt8(0) !== version) return undefined;
  return { head: message.subarray(0, headBytes), body: message.subarray(headBytes) };
}
