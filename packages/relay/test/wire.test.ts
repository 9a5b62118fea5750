import { randomBytes } from 'node:crypto';
import { decodeAcknowledgements, decodeEntries, limits, seqOf } from '@otr/protocol';
import { proxyParser } from '@otr/protocol/relayParser';
import { io } from 'socket.io-client';
import * as msgpack from 'socket.io-msgpack-parser';
import { describe, expect, it } from 'vitest';
import { afterTest } from './afterTest.ts';
import type { TestClient } from './testClient.ts';
import { testClient, testRelay } from './testRelay.ts';
import { type TestRoom, testRoom } from './testRoom.ts';

/** A client in a room of its own, and the binary frames that come to it. */
async function clientInRoom(): Promise<{ client: TestClient; room: TestRoom; frames: Buffer[] }> {
  const client = await testClient(await testRelay());
  const room = testRoom();
  await client.create(room);
  await client.enter(room);
  const frames: Buffer[] = [];
  client.socket.io.engine.on('message', (data: unknown) => {
    if (Buffer.isBuffer(data)) frames.push(data);
  });
  return { client, room, frames };
}

describe('the relay’s wire', () => {
  it('[L10] [W5] acknowledges what arrives together in one frame, and then delivers it in one', async () => {
    const { client, room, frames } = await clientInRoom();
    const requests = Array.from({ length: 100 }, () => client.message(room, 0));
    const answers = await Promise.all(requests.map((request) => client.done('append', request)));
    await client.entriesUpTo(room.room, 100);
    expect(answers.map(({ seq }) => seq)).toEqual(requests.map((_, index) => index + 1));
    const told: number[] = [];
    const acknowledged = new Set<number>();
    for (const frame of frames) {
      if (frame[0] === 0x02) for (const { seq } of decodeAcknowledgements(frame)) acknowledged.add(seq);
      if (frame[0] === 0x03) {
        const seqs = decodeEntries(frame).entries.map(seqOf);
        expect(seqs.every((seq) => acknowledged.has(seq))).toBe(true);
        told.push(...seqs);
      }
    }
    expect(told).toEqual(requests.map((_, index) => index + 1));
    // One of each for every batch; how the requests fall into batches is the network's doing.
    expect(frames.length).toBeLessThan(requests.length);
  });

  it('[W5] refuses an append in msgpack, which changes nothing', async () => {
    const relay = await testRelay();
    const [member, other] = [await testClient(relay), testRoom()];
    await member.create(other);
    await member.enter(other);
    const parser = { Encoder: msgpack.Encoder, Decoder: proxyParser.Decoder };
    const socket = io(relay.url, { transports: ['websocket'], parser, forceNew: true, reconnection: false });
    afterTest(() => socket.disconnect());
    const { nonce } = await new Promise<{ nonce: Buffer }>((resolve) => socket.once('challenge', resolve));
    const { room, accessKey } = other;
    const entered = await socket.emitWithAck('enterRoom', {
      room,
      accessKey,
      signature: other.signFor(nonce),
      keys: [],
    });
    expect(entered.ok).toBe(true);
    const refused = await socket.emitWithAck('append', member.message(other, 0));
    expect(refused).toMatchObject({ ok: false, error: { code: 'badRequest' } });
    expect(await member.done('append', member.message(other, 0))).toEqual({ seq: 1 });
  });

  it('[W2] refuses an append beyond its bounds, and takes the next', async () => {
    const { client, room } = await clientInRoom();
    const tooLong = client.message(room, 0, randomBytes(limits.body + 1));
    expect(await client.refused('append', tooLong)).toMatchObject({ code: 'badRequest' });
    expect(await client.refused('append', { ...client.message(room, 0), id: randomBytes(3) })).toMatchObject({
      code: 'badRequest',
    });
    expect(await client.done('append', client.message(room, 0))).toEqual({ seq: 1 });
  });

  it.each([
    ['an append that ends too early', Buffer.from([0x01, 0, 0])],
    ['acknowledgements, which are the relay’s to send', Buffer.from([0x02, 0, 0])],
    ['entries, which are the relay’s to send', Buffer.alloc(19, 0x03)],
  ])('[W3] closes a connection that sends %s, and no other', async (_, frame) => {
    const relay = await testRelay();
    const [bad, good] = [await testClient(relay), await testClient(relay)];
    bad.socket.io.engine.write(frame as unknown as string);
    await bad.disconnected();
    const room = testRoom();
    await good.create(room);
    await good.enter(room);
    expect(await good.done('append', good.message(room, 0))).toEqual({ seq: 1 });
  });
});
