/**
 * A relay as a process of its own that tells what it holds, to the test that started it (`watchedRelay.ts`). It runs
 * with `--expose-gc`. Its faults are the negative controls of what is watched for.
 */
import { appendFrameKind } from '@otr/protocol';
import { relayParser } from '@otr/protocol/relayParser';
import { Decoder } from 'socket.io-msgpack-parser';
import { collectGarbageOften, startRelay } from '../src/index.ts';
import { RoomLive } from '../src/roomLive.ts';
import type { Held, WatchedOptions } from './watchedRelay.ts';

const { fault, ...options } = JSON.parse(process.argv[2] ?? '{}') as WatchedOptions;
const log: Record<string, number> = {};
let frames = 0;

collectGarbageOften();
countFrames();
if (fault === 'roomsMixed') mixRooms();
if (fault === 'noGuard') dropGuard();

const relay = await startRelay({
  host: '127.0.0.1',
  port: 0,
  data: ':memory:',
  metrics: { host: '127.0.0.1', port: 0 },
  log: (event) => {
    log[event] = (log[event] ?? 0) + 1;
  },
  ...options,
});
process.on('message', () => process.send?.(held()));
process.once('SIGTERM', () => void relay.close().then(() => process.exit(0)));
process.send?.({ url: relay.url, metricsPort: relay.metricsPort });

function held(): Held {
  // Twice: finalisers of the first round free what the second one finds.
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  return { rss, heap: heapUsed + external, resources, frames, log };
}

function countFrames(): void {
  const { prototype } = relayParser.Decoder;
  const { add } = prototype;
  prototype.add = function (frame) {
    frames += 1;
    add.call(this, frame);
  };
}

/** Every room's news go to the connections of all rooms. */
function mixRooms(): void {
  const { listeners } = RoomLive.prototype;
  RoomLive.prototype.listeners = function () {
    return new Map(this.roomIds().flatMap((room) => [...listeners.call(this, room)]));
  };
}

/** Whatever a frame says of its lengths is believed. */
function dropGuard(): void {
  const { prototype } = relayParser.Decoder;
  const { add } = prototype;
  prototype.add = function (frame) {
    if (Buffer.isBuffer(frame) && frame[0] === appendFrameKind) add.call(this, frame);
    else Decoder.prototype.add.call(this, frame);
  };
}
