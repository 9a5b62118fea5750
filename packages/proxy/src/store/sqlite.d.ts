/**
 * What the store uses of SQLite with encrypted pages. The package has types of its own, but its `exports` hide them.
 */
declare module 'better-sqlite3-multiple-ciphers' {
  export interface RunResult {
    readonly changes: number;
    readonly lastInsertRowid: number | bigint;
  }

  export interface Statement<Row> {
    run(...parameters: unknown[]): RunResult;
    get(...parameters: unknown[]): Row | undefined;
    all(...parameters: unknown[]): Row[];
    iterate(...parameters: unknown[]): IterableIterator<Row>;
  }

  export default class Database {
    static readonly SqliteError: new (
      message: string,
      code: string,
    ) => Error & { readonly code: string };
    readonly inTransaction: boolean;
    constructor(path: string, options?: { timeout?: number; readonly?: boolean });
    prepare<Row>(sql: string): Statement<Row>;
    exec(sql: string): this;
    pragma(source: string, options?: { simple?: boolean }): unknown;
    /** The bytes are copied; the caller's are the caller's to wipe. */
    key(key: Buffer): number;
    rekey(key: Buffer): number;
    close(): this;
  }
}
