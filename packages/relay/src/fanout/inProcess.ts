import { mapKey } from '../bytes.ts';
import { type Fanout, type FanoutListener, roomOf } from './fanout.ts';

interface Node {
  readonly joined: Set<string>;
  listener: FanoutListener | undefined;
}

/** The nodes of one process that hear each other. */
export type InProcessBus = Set<Node>;

export function inProcessBus(): InProcessBus {
  return new Set();
}

/** Several nodes in one process share a bus; a node without one has nobody to tell. */
export function inProcessFanout(bus: InProcessBus = inProcessBus()): Fanout {
  const own: Node = { joined: new Set(), listener: undefined };
  bus.add(own);
  return {
    isHealthy: true,
    publish: (event) => {
      if (bus.size === 1 || !bus.has(own)) return;
      const room = mapKey(roomOf(event));
      // When the caller has finished, never within its call.
      queueMicrotask(() => {
        for (const node of bus) if (node !== own && node.joined.has(room)) node.listener?.(event);
      });
    },
    onEvent: (listener) => {
      own.listener = listener;
    },
    join: async (room) => {
      own.joined.add(mapKey(room));
    },
    leave: (room) => void own.joined.delete(mapKey(room)),
    close: async () => void bus.delete(own),
  };
}
