import { Agent, type AgentOptions } from 'node:http';
import { connect } from 'node:net';
import { ok, type Result, refuse } from '@otr/protocol';
import { io, type Socket } from 'socket.io-client';
import { clientOver, type LocalClient, socketOptions } from './localClient.ts';

export { type ExportFormat, exportRoom } from './export/exportRoom.ts';
export type { Connection, LocalClient } from './localClient.ts';

export { newMessageId } from './messageIds.ts';
export { localClock, localDay, remarkWords, timeWords } from './words.ts';

/**
 * Connects a program on this machine to a running proxy through its socket file (on Windows: its named pipe; ask
 * `findSocketFile` of the proxy package for it). Answers once it is connected, `proxyUnreachable` when no proxy
 * listens there. Later it reconnects by itself; each connection begins with a `snapshot` event.
 */
export async function connectSocketFile(socketFile: string): Promise<Result<LocalClient>> {
  // The host is only what stands in the Host header: the agent leads every connection to the socket file.
  const socket = io('http://localhost', { ...socketOptions, agent: socketFileAgent(socketFile) as never });
  const client = clientOver(socket);
  const connected = await firstAnswer(socket);
  if (connected) return ok(client);
  client.close();
  return refuse('proxyUnreachable', 'No proxy runs on this profile. Start one with `otr up` and try again.');
}

/** So often a proxy that is there is asked, before it is given up: one that is very busy answers the first try too late. */
const triesAtMost = 3;

/** Whether it answered. The socket itself tries again after a failure, until it is closed. */
function firstAnswer(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    let failed = 0;
    const end = (answered: boolean) => {
      socket.off('connect_error', fail);
      resolve(answered);
    };
    const fail = (error: Error) => {
      failed += 1;
      if (isNobodyThere(error) || !socket.active || failed === triesAtMost) end(false);
    };
    socket.on('connect_error', fail);
    socket.once('connect', () => end(true));
    socket.connect();
  });
}

/** No such file, or one that a dead process left behind. */
function isNobodyThere(error: Error & { description?: { error?: { code?: unknown } } }): boolean {
  const code = error.description?.error?.code;
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}

function socketFileAgent(path: string): Agent {
  class SocketFileAgent extends Agent {
    override createConnection(_options: AgentOptions) {
      return connect(path);
    }
  }
  return new SocketFileAgent();
}
