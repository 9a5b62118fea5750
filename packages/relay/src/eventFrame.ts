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

/** The answer to the request to append that Socket.IO numbered `id`. */
export function answerFrame(id: number, result: RelayResultSent<'append'>): Buffer {
  const [payload] = encoder.encode({ type: acknowledgementType, nsp: '/', id, data: [result] });
  return webSocketFrame(payload);
}
