import type { Fanout, RoomEvent } from './fanout.ts';

/** All connections are in this process: an event arrives before `publish` returns. */
export function inProcessFanout(): Fanout {
  let deliver: (event: RoomEvent) => void = () => {};
  return {
    publish: (event) => deliver(event),
    onEvent: (listener) => {
      deliver = listener;
    },
  };
}
