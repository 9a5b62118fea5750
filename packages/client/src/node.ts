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
  const connected = await firstTry(socket);
  if (connected) return ok(client);
  client.close();
  return refuse('proxyUnreachable', 'No proxy runs on this profile. Start one with `otr up` and try again.');
}

function firstTry(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('connect_error', () => resolve(false));
    socket.connect();
  });
}

function socketFileAgent(path: string): Agent {
  class SocketFileAgent extends Agent {
    override createConnection(_options: AgentOptions) {
      return connect(path);
    }
  }
  return new SocketFileAgent();
}
