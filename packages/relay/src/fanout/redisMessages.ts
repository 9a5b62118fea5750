/**
 * What nodes tell each other through Redis:
 *
 *     version 1 | node 12 | connection 4 | room event          on the channel of a room
 *     version 1 | node 12 | connection 4 | 1 alive, 2 gone     on the channel of the nodes
 *
 * `node` is random and as old as the process, `connection` counts its connections to Redis.
 */
const version = 1;
const nodeBytes = 12;
const headBytes = 1 + nodeBytes + 4;

export const nodesChannel = 'otr:nodes';

export function roomChannel(room: Buffer): string {
  return `otr:room:${room.toString('base64url')}`;
}

export type NodeNews = 'alive' | 'gone';
const news = ['alive', 'gone'] as const satisfies NodeNews[];

export function encodeNodeNews(what: NodeNews): Buffer {
  return Buffer.of(news.indexOf(what) + 1);
}

export function decodeNodeNews(body: Buffer): NodeNews | undefined {
  return body.length === 1 ? news[body.readUInt8(0) - 1] : undefined;
}

/** What all messages of this node over this connection begin with. `node` is 12 bytes. */
export function headOf(node: Buffer, connection: number): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt8(version);
  node.copy(head, 1);
  head.writeUInt32BE(connection, 1 + nodeBytes);
  return head;
}

/** The head and the body of a message; undefined for bytes that are none. */
export function splitMessage(message: Buffer): { head: Buffer; body: Buffer } | undefined {
  if (message.length <= headBytes || message.readUInt8(0) !== version) return undefined;
  return { head: message.subarray(0, headBytes), body: message.subarray(headBytes) };
}

/** Whether both heads are of the same process. */
export function isSameNode(one: Buffer, other: Buffer): boolean {
  return one.compare(other, 0, 1 + nodeBytes, 0, 1 + nodeBytes) === 0;
}
