import type { Fanout } from './fanout/fanout.ts';
import type { Storage } from './storage/storage.ts';

/** How long the store may take to answer, in milliseconds. */
const pingMs = 2_000;

export type Readiness = { readonly isReady: boolean; readonly lines: readonly string[] };

/** Whether this process can serve: its store answers, and it is not about to end. */
export class Health {
  readonly #storage: Pick<Storage, 'ping'>;
  readonly #fanout: Pick<Fanout, 'isHealthy'>;
  #isDraining = false;
  #asking: Promise<boolean> | undefined;

  constructor(storage: Pick<Storage, 'ping'>, fanout: Pick<Fanout, 'isHealthy'>) {
    this.#storage = storage;
    this.#fanout = fanout;
  }

  /** From here on the relay is not ready: whoever balances between relays sends nobody any more. */
  drain(): void {
    this.#isDraining = true;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  async readiness(): Promise<Readiness> {
    if (this.#isDraining) return { isReady: false, lines: ['draining'] };
    if (!(await this.#storageAnswers())) return { isReady: false, lines: ['failing: storage'] };
    // Without it live delivery is slower and nothing is lost.
    return { isReady: true, lines: this.#fanout.isHealthy ? ['ready'] : ['ready', 'degraded: redis'] };
  }

  /** One question at a time, however many ask. */
  #storageAnswers(): Promise<boolean> {
    this.#asking ??= answersWithin(this.#storage.ping(), pingMs).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }
}

async function answersWithin(answer: Promise<void>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const inTime = answer.then(
    () => true,
    () => false,
  );
  return await Promise.race([inTime, tooLate]).finally(() => clearTimeout(timer));
}
