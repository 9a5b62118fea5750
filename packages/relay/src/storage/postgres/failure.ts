import postgres from 'postgres';
import { StorageFailure } from '../storage.ts';

/** SQLSTATEs of work that was taken back because of other work at the same time: it can be tried again. */
const passing = new Set(['40001', '40P01', '23505']);

/** What PostgreSQL says by the first two characters of its code (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const classes: Record<string, string> = {
  '08': 'the connection failed',
  '23': 'it holds something else already',
  '25': 'it takes no writes',
  '28': 'it does not let this user in',
  '3D': 'there is no such database',
  '40': 'too much happened at the same time',
  '42': 'its tables are not those of this relay, or this user may not use them',
  '53': 'it lacks space, memory or connections',
  '54': 'this is too much for it',
  '55': 'a lock was not to be had in time',
  '57': 'it is shutting down, starting, or took too long',
  '58': 'its disk or its system failed',
  XX: 'its files are damaged',
};

/** The connection is gone; what was under way may have happened or not. */
export function sessionLost(): StorageFailure {
  return new StorageFailure('PostgreSQL cannot be reached, or the connection to it was lost.');
}

/** The store's own failures, without anything that names the server or the content; bugs stay what they are. */
export function asFailure(error: unknown): unknown {
  if (error instanceof StorageFailure) return error;
  if (error instanceof postgres.PostgresError) {
    const reason = classes[error.code.slice(0, 2)] ?? 'it refused';
    return new StorageFailure(`PostgreSQL failed: ${reason} (${error.code}).`);
  }
  if (isSystemError(error)) return sessionLost();
  return error;
}

/** Nothing was changed, and the same again may succeed. */
export function isPassing(error: unknown): boolean {
  return error instanceof postgres.PostgresError && passing.has(error.code);
}

/** Whether the session can be used after this error. */
export function isStatementError(error: unknown): boolean {
  return error instanceof postgres.PostgresError && !/^(08|57P)/.test(error.code);
}

/** Of the socket, of TLS, or of the library about its connection: their codes are in capitals. */
function isSystemError(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return typeof error.code === 'string' && /^(?!ERR_(?!TLS|SSL|SOCKET))[A-Z][A-Z0-9_]+$/.test(error.code);
}
