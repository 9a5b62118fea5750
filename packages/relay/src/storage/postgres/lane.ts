import { asFailure, isPassing, isStatementError, sessionLost } from './failure.ts';
import { openSession, type Session, type Sql } from './session.ts';

/** How long work may take before its session is given up, in milliseconds; the server's own limits come first. */
const usualPatienceMs = 20_000;
/** For work of which the operator knows that it takes long. */
export const longPatienceMs = 24 * 3_600_000;
/** How often work is tried that failed because of other work at the same time. */
const tries = 5;

/**
 * A session at a time, opened anew when it is needed and the former one has failed. A lane is used by `run` or by
 * `alone` and `transaction`: a statement of `run` would come between those of a transaction.
 */
export class Lane {
  readonly #url: string;
  readonly #patienceMs: number;
  #session: Session | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(url: string, patienceMs = usualPatienceMs) {
    this.#url = url;
    this.#patienceMs = patienceMs;
  }

  /** One statement, or several that need not be one transaction. Rejects with `StorageFailure`. */
  async run<Value>(work: (sql: Sql) => Promise<Value>): Promise<Value> {
    const session = this.#open();
    try {
      return await withPatience(session, this.#patienceMs, work(session.sql));
    } catch (error) {
      if (!isStatementError(error)) session.discard();
      throw asFailure(error);
    }
  }

  /**
   * One statement that changes nothing when it fails, or one transaction, after all others of this lane. Tried again
   * when it was taken back because of another node.
   */
  async alone<Value>(work: (sql: Sql) => Promise<Value>): Promise<Value> {
    const turn = this.#last.then(() => this.#tried(work));
    this.#last = turn.catch(() => {});
    return await turn;
  }

  /** As `alone`. The work must not wait for anything but its statements. */
  async transaction<Value>(work: (sql: Sql) => Promise<Value>, options = ''): Promise<Value> {
    return await this.alone(async (sql) => {
      await sql.unsafe(`BEGIN ${options}`);
      const value = await work(sql);
      await sql.unsafe('COMMIT');
      return value;
    });
  }

  async close(): Promise<void> {
    await this.#last;
    this.#isClosed = true;
    await this.#session?.end();
  }

  async #tried<Value>(work: (sql: Sql) => Promise<Value>): Promise<Value> {
    for (let left = tries; ; left -= 1) {
      const session = this.#open();
      try {
        return await withPatience(session, this.#patienceMs, work(session.sql));
      } catch (error) {
        // The connection's end takes back what was not committed.
        session.discard();
        if (left <= 1 || !isPassing(error)) throw asFailure(error);
      }
    }
  }

  #open(): Session {
    if (this.#isClosed) throw sessionLost();
    if (this.#session === undefined || !this.#session.isOpen) this.#session = openSession(this.#url);
    return this.#session;
  }
}

/** A server that says nothing any more must not hold the relay up. */
async function withPatience<Value>(
  session: Session,
  patienceMs: number,
  work: Promise<Value>,
): Promise<Value> {
  const timer = setTimeout(() => session.discard(), patienceMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
