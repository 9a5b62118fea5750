import { connect, type Socket } from 'node:net';
import postgres from 'postgres';
import { sessionLost } from './failure.ts';

/** `bigint` columns are numbers here: all of them stay below 2 ** 53. */
export type Sql = postgres.Sql<{ bigint: number }>;

/** One connection to PostgreSQL, used until it fails and then never again. */
export interface Session {
  readonly sql: Sql;
  readonly isOpen: boolean;
  /** Everything that is under way on it rejects. */
  discard(): void;
  /** Says goodbye to the server, when nothing is under way any more. */
  end(): Promise<void>;
}

const bigint = { to: 20, from: [20], serialize: String, parse: Number };

const connectSeconds = 5;
/** The server's own limits, in milliseconds: a statement that waits for a lock of a dead node ends too. */
const serverLimits = {
  lock_timeout: 5_000,
  statement_timeout: 15_000,
  idle_in_transaction_session_timeout: 15_000,
};

/** Plans are kept while tables grow: one that was made for an empty table must not read all of a large one. */
const planning = { enable_seqscan: 'off', enable_mergejoin: 'off', jit: 'off' };

/**
 * The library would connect anew by itself and then run what is left of a transaction outside it, or write to a socket
 * that is gone (its issues 1133, 1204, 1208). So each instance of it gets one connection and no second one.
 */
export function openSession(url: string): Session {
  let socket: Promise<Socket> | undefined;
  let isOpen = true;
  const options = {
    max: 1,
    fetch_types: false,
    connect_timeout: connectSeconds,
    idle_timeout: 0,
    max_lifetime: null,
    backoff: false,
    onnotice: () => {},
    onclose: () => discard(),
    types: { bigint },
    connection: { application_name: 'otr-relay', synchronous_commit: 'on', ...serverLimits, ...planning },
    socket: (place: Place) => {
      if (socket) throw sessionLost();
      socket = connected(place);
      socket.then((opened) => opened.once('close', discard), discard);
      return socket;
    },
  };
  const sql: Sql = postgres(url, options);

  function discard(): void {
    if (!isOpen) return;
    isOpen = false;
    socket?.then((opened) => opened.destroy()).catch(() => {});
    // What is still waiting inside the library rejects; nobody is interested in how its end went.
    sql.end({ timeout: 0 }).catch(() => {});
  }

  return {
    sql,
    get isOpen() {
      return isOpen;
    },
    discard,
    async end() {
      isOpen = false;
      await sql.end({ timeout: 1 });
    },
  };
}

interface Place {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path: string | false;
}

/** To the first of the url's hosts that answers. */
async function connected({ host, port, path }: Place): Promise<Socket> {
  if (path) return await opened(connect(path));
  const [last] = host.slice(-1);
  for (const [place, name] of host.entries()) {
    try {
      const socket = await opened(connect(port[place] ?? 5432, name));
      // The library looks here for the name that a certificate must have.
      return Object.assign(socket, { host: name });
    } catch (error) {
      if (name === last) throw error;
    }
  }
  throw sessionLost();
}

function opened(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.setTimeout(connectSeconds * 1_000, () => socket.destroy(sessionLost()));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 10_000);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
