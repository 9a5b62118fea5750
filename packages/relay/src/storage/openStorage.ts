import type { Log } from '../log.ts';
import type { RelayLimits } from '../options.ts';
import type { Storage } from './storage.ts';

/** Where a relay's log is. */
export interface StoreOptions {
  /** The folder of the embedded store, made when missing, or `:memory:`. */
  data: string;
  /** `postgres://…`: the log is there instead. */
  database?: string;
}

/** Rejects with `StartRefused` when the store cannot be used. An engine is loaded when it is asked for. */
export async function openStorage(store: StoreOptions, limits: RelayLimits, log: Log): Promise<Storage> {
  if (store.database === undefined) {
    const { openSqlite } = await import('./sqlite/open.ts');
    return openSqlite(store.data, limits);
  }
  const { openPostgres } = await import('./postgres/open.ts');
  return await openPostgres(store.database, limits, log);
}
