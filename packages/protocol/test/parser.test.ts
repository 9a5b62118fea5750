import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import * as msgpack from 'socket.io-msgpack-parser';
import { describe, expect, it } from 'vitest';
import { limits } from '../src/limits.ts';
import { isModestMsgpack } from '../src/relay/msgpackShape.ts';
import { proxyParser, relayParser } from '../src/relay/parser.ts';

const shape = { depth: 8, values: 4_096 };

function encoded(data: unknown, Encoder: new () => object = relayParser.Encoder, event = 'commit'): Buffer {
  const encoder = new Encoder() as { encode(packet: unknown): [Buffer] };
  return encoder.encode({ type: 2, nsp: '/', id: 1, data: [event, data] })[0];
}

/** What the other side hands to its handlers; throws where Socket.IO would close the connection. */
function decoded(frame: unknown, parser: typeof relayParser | typeof proxyParser = relayParser): unknown {
  const decoder = new parser.Decoder();
  let data: unknown;
  decoder.on('decoded', (packet: { data: unknown[] }) => {
    data = packet.data[1];
  });
  decoder.add(frame);
  return data;
}

describe('parser of the relay wire', () => {
  it('[W1] carries bytes as bytes, also those of a view into larger memory', () => {
    const memory = Buffer.from('secret neighbour, public part, secret neighbour');
    const view = new Uint8Array(memory.buffer, memory.byteOffset + 18, 11);
    expect(decoded(encoded({ view, list: [view] }))).toEqual({
      view: Buffer.from('public part'),
      list: [Buffer.from('public part')],
    });
    expect(encoded({ view }).includes('secret')).toBe(false);
  });

  it('[W1] without it the memory around a view would leave (negative control)', () => {
    const memory = Buffer.from('secret neighbour, public part, secret neighbour');
    const view = new Uint8Array(memory.buffer, memory.byteOffset + 18, 11);
    expect(encoded({ view }, msgpack.Encoder as unknown as new () => object).includes('secret')).toBe(true);
  });

  it('[W3] the largest commit, with 64 welcomes, passes', () => {
    const welcomes = Array.from({ length: limits.welcomesPerCommit }, () => ({
      knock: randomBytes(16),
      sealed: randomBytes(2_000),
    }));
    const frame = encoded({ room: randomBytes(16), body: randomBytes(limits.commit), welcomes });
    expect(frame.length).toBeLessThan(limits.relayFrame);
    expect(isModestMsgpack(frame, shape)).toBe(true);
    expect(() => decoded(frame)).not.toThrow();
  });

  it('[W1] the largest answers pass at the proxy', () => {
    const knocks = Array.from({ length: limits.waitingKnocks }, () => ({
      id: randomBytes(16),
      invite: randomBytes(32),
      keyPackageRef: randomBytes(32),
      sealed: randomBytes(2_000),
    }));
    const entered = { head: 1, floor: 1, epoch: 1, ended: false, knocks };
    expect(() => decoded(encoded([{ ok: true, value: entered }]), proxyParser)).not.toThrow();
    const entries = Array.from({ length: limits.fetchEntries }, () => randomBytes(500));
    const fetched = { entries, head: 1, floor: 1 };
    expect(() => decoded(encoded([{ ok: true, value: fetched }]), proxyParser)).not.toThrow();
  });

  it.each([
    ['text', 'garbage'],
    ['an array of 4 thousand million', Buffer.from('ddffffffff', 'hex')],
    ['bytes that are not there', Buffer.from('c6ffffffff', 'hex')],
    ['a hundred thousand levels', Buffer.alloc(100_000, 0x91)],
    ['two values', Buffer.from('c0c0', 'hex')],
  ])('[W3] refuses %s before anything is decoded', (_, frame) => {
    expect(() => decoded(frame)).toThrow();
  });

  it('[W5] an append in msgpack goes on without its request', () => {
    const frame = encoded(
      { room: randomBytes(16) },
      msgpack.Encoder as unknown as new () => object,
      'append',
    );
    expect(decoded(frame)).toBeUndefined();
    const other = encoded({ limit: 1 }, msgpack.Encoder as unknown as new () => object, 'fetch');
    expect(decoded(other)).toEqual({ limit: 1 });
  });

  it('admits what the encoder makes, and a shorter or longer frame never', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.uint8Array({ maxLength: 300 }), (json, bytes) => {
        const frame = encoded({ json, bytes, none: undefined });
        expect(isModestMsgpack(frame, shape)).toBe(true);
        expect(isModestMsgpack(frame.subarray(0, -1), shape)).toBe(false);
        expect(isModestMsgpack(Buffer.concat([frame, Buffer.alloc(1)]), shape)).toBe(false);
      }),
    );
  });
});
