import { chmod, rm } from 'node:fs/promises';
import type { LocalService } from '../chat.ts';
import type { Log } from '../log.ts';
import { openGate } from './gate.ts';
import { serveClients } from './handlers.ts';
import { socketFileRoutes } from './routes.ts';

export interface SocketFileServer {
  close(): Promise<void>;
}

/**
 * Serves local programs of the same user: who can open the file is who may ask. Requests of web pages are refused;
 * a browser could reach the file through a careless forwarder only, and would show its `Origin`.
 */
export async function openSocketFileServer(options: {
  service: LocalService;
  log: Log;
  /** In a folder of mode 0700; what lies there from a dead process is replaced. */
  socketFile: string;
  pageAddress: () => string;
}): Promise<SocketFileServer> {
  const { service, log, socketFile, pageAddress } = options;
  const isFile = process.platform !== 'win32';
  const gate = openGate(
    () => ({ hosts: ['localhost'], origin: 'forbidden', routes: socketFileRoutes }),
    (_request, response) => void response.destroy(), // The guard lets upgrades through only.
  );
  const stopServing = serveClients(gate.io, { service, log, pageAddress });

  if (isFile) await rm(socketFile, { force: true });
  await new Promise<void>((resolve, reject) => {
    gate.http.once('error', reject);
    gate.http.listen(socketFile, resolve);
  });
  if (isFile) await chmod(socketFile, 0o600);

  return {
    async close() {
      stopServing();
      await gate.close();
      if (isFile) await rm(socketFile, { force: true });
    },
  };
}
