import type { RelayDownEvent, RelayMessageSent, RelayResultSent } from '@otr/protocol';
import { relayParser } from '@otr/protocol/relayParser';
import { webSocketFrame } from './webSocketFrame.ts';

const encoder = new relayParser.Encoder();
const eventType = 2;
const acknowledgementType = 3;

/** What was framed last: a room's event goes to one listener after the other. */
let last: { event: string; message: unknown; frame: Buffer } | undefined;

/** A Socket.IO event as a whole WebSocket frame. A message that is sent to many is encoded once. */
export function eventFrame<Event extends RelayDownEvent>(
  event: Event,
  message: RelayMessageSent<Event>,
): Buffer {
  if (last?.message === message && last.event === event) return last.frame;
  const [payload] = encoder.encode({ type: eventType, nsp: '/', data: [event, message] });
  last = { event, message, frame: webSocketFrame(payload) };
  return last.frame;
}

/** The answer to the request to append that Socket.IO numbered `id`: below 2³². */
export function answerFrame(id: number, result: RelayResultSent<'append'>): Buffer {
  // What somebody has missed is for this connection alone.
  if (!result.ok && result.error.missed !== undefined) return acknowledgementFrame(id, result);
  const frame = Buffer.from(answerPattern(result));
  frame.writeUInt32BE(id, frame.lastIndexOf(patternId) + 1);
  return frame;
}

/** MessagePack's sign for an integer of 32 bits, and the number that stands for an acknowledgement's. */
const patternId = Buffer.from([0xce, 0xff, 0xff, 0xff, 0xfe]);
const patternsKept = 64;

/** Answers without their numbers: a flood of requests is refused with the same few, which cost one copy each. */
const patterns = new Map<string, Buffer>();

function answerPattern(result: RelayResultSent<'append'>): Buffer {
  const name = nameOf(result);
  const known = patterns.get(name);
  if (known) return known;
  const pattern = acknowledgementFrame(patternId.readUInt32BE(1), result);
  if (patterns.size >= patternsKept) patterns.clear();
  patterns.set(name, pattern);
  return pattern;
}

function acknowledgementFrame(id: number, result: RelayResultSent<'append'>): Buffer {
  const [payload] = encoder.encode({ type: acknowledgementType, nsp: '/', data: [result], id });
  return webSocketFrame(payload);
}

/** Everything that such an answer may say. */
function nameOf(result: RelayResultSent<'append'>): string {
  if (result.ok) return `${result.value.seq}`;
  const { code, message, retryAfter, epoch } = result.error;
  return `${code} ${retryAfter} ${epoch} ${message}`;
}
