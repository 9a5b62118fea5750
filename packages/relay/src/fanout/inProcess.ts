import { randomBytes } from 'node:crypto';
import { mapKey } from '../bytes.ts';
import { type Fanout, type FanoutListener, roomOf } from './fanout.ts';

interface Node {
  readonly id: string;
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
  const own: Node = { id: randomBytes(16).toString('base64url'), joined: new Set(), listener: undefined };
  bus.add(own);
  // When the caller has finished, never within its call.
  const tellOthers = (tell: (other: Node) => void) =>
    queueMicrotask(() => {
      for (const node of bus) if (node !== own) tell(node);
    });
  return {
    isHealthy: true,
    publish: (event) => {
      if (bus.size === 1 || !bus.has(own)) return;
      const room = mapKey(roomOf(event));
      tellOthers(({ joined, listener }) => {
        if (joined.has(room)) listener?.event(event, own.id);
      });
    },
    onEvent: (listener) => {
      own.listener = listener;
    },
    join: async (room) => {
      own.joined.add(mapKey(room));
    },
    leave: (room) => void own.joined.delete(mapKey(room)),
    close: async () => {
      if (bus.delete(own)) tellOthers(({ listener }) => listener?.nodeGone(own.id));
    },
  };
}
