import {
  type LocalEvent,
  type LocalRequest,
  type LocalResponse,
  ok,
  type Result,
  refuse,
  type Vault as VaultState,
} from '@otr/protocol';
import type { Chat, ChatEvent, LocalService, VaultEvent } from '../chat.ts';
import type { Log } from '../log.ts';
import { limitAttempts } from './attempts.ts';
import { freeGarbage, zeroFreedMemory } from './freedMemory.ts';
import type { Vault } from './vault.ts';

export interface GuardedChatOptions {
  /** Null: an ephemeral profile, which is open until it is closed. */
  vault: Vault | null;
  /** Opens the store and the chat over it. The key is wiped as soon as this resolves. */
  openChat: (
    masterKey: Uint8Array | null,
  ) => Promise<{ ok: true; value: Chat } | { ok: false; message: string }>;
  log: Log;
  /** Milliseconds since 1970; the clock where it is left out. */
  now?: () => number;
  /** How often is looked whether the profile has been idle for too long, in milliseconds. */
  idleCheckMs?: number;
}

type State = { kind: 'locked' } | { kind: 'open'; chat: Chat; stop: () => void } | { kind: 'closed' };

type Nothing = Record<string, never>;

type VaultAnswers = {
  [Event in VaultEvent]: (request: LocalRequest<Event>) => Promise<Result<LocalResponse<Event>>>;
};

/** After a request with a passphrase was answered: its string has no owner any more. Milliseconds. */
const forgetAfterMs = 100;

/** A profile that is locked or open, behind the local surface. Opening and locking come one after the other. */
export class GuardedChat implements LocalService {
  readonly #options: GuardedChatOptions;
  readonly #vault: Vault | null;
  readonly #now: () => number;
  readonly #attempts: ReturnType<typeof limitAttempts>;
  readonly #listeners = new Set<(event: LocalEvent) => void>();
  readonly #idleCheck: NodeJS.Timeout;
  #state: State = { kind: 'locked' };
  #turn: Promise<unknown> = Promise.resolve();
  #isTrying = false;
  #askedAt: number;

  constructor(options: GuardedChatOptions) {
    this.#options = options;
    this.#vault = options.vault;
    this.#now = options.now ?? Date.now;
    this.#attempts = limitAttempts(this.#now);
    this.#askedAt = this.#now();
    zeroFreedMemory(true);
    this.#idleCheck = setInterval(() => this.#lockWhenIdle(), options.idleCheckMs ?? 10_000);
    this.#idleCheck.unref();
  }

  get vaultState(): VaultState {
    const state = this.#state.kind === 'open' ? 'open' : 'locked';
    const { by = 'none', lockAfterMinutes = 0 } = this.#vault ?? {};
    return { state, by, lockAfterMinutes };
  }

  greeting(): LocalEvent {
    return this.#state.kind === 'open'
      ? { event: 'snapshot', data: this.#state.chat.snapshot() }
      : { event: 'vault', data: this.vaultState };
  }

  subscribe(listener: (event: LocalEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async request<Event extends ChatEvent | VaultEvent>(
    event: Event,
    request: LocalRequest<Event>,
  ): Promise<Result<LocalResponse<Event>>> {
    // The compiler does not see that each event keeps its own kind of request and answer.
    const answer = isVaultEvent(event)
      ? this.#aboutVault(event, request as never)
      : this.#toChat(event as ChatEvent, request as never);
    return (await answer) as Result<LocalResponse<Event>>;
  }

  /** Asks the guard and opens the chat; the caller wipes the passphrase. */
  async unlock(passphrase: Uint8Array | null): Promise<Result<Nothing>> {
    return await this.#inTurn(async () => {
      if (this.#state.kind === 'closed') return closed();
      if (this.#state.kind === 'open') return ok({});
      const masterKey = await this.#masterKey(passphrase);
      if (!masterKey.ok) return masterKey;
      const opened = await this.#options.openChat(masterKey.value).finally(() => masterKey.value?.fill(0));
      if (!opened.ok) return refuse('storageFailed', opened.message.slice(0, 500));
      this.#open(opened.value);
      return ok({});
    });
  }

  async lock(): Promise<Result<Nothing>> {
    if (this.#vault === null) return refuse('notAllowed', ephemeral);
    return await this.#inTurn(async () => {
      if (this.#state.kind !== 'open') return locked();
      await this.#closeChat({ kind: 'locked' });
      this.#options.log('profileLocked');
      this.#emit({ event: 'vault', data: this.vaultState });
      return ok({});
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#idleCheck);
    await this.#inTurn(async () => {
      await this.#closeChat({ kind: 'closed' });
      this.#listeners.clear();
    });
  }

  async #aboutVault<Event extends VaultEvent>(
    event: Event,
    request: LocalRequest<Event>,
  ): Promise<Result<LocalResponse<Event>>> {
    const answers: VaultAnswers = {
      getVault: async () => ok(this.vaultState),
      unlock: ({ passphrase }) => this.#withBytes([passphrase], ([given]) => this.unlock(given)),
      lock: () => this.lock(),
      protect: (wanted) => this.#protect(wanted),
    };
    const answer: VaultAnswers[Event] = answers[event];
    return await answer(request);
  }

  async #toChat<Event extends ChatEvent>(
    event: Event,
    request: LocalRequest<Event>,
  ): Promise<Result<LocalResponse<Event>>> {
    const state = this.#state;
    if (state.kind !== 'open') return locked();
    this.#askedAt = this.#now();
    try {
      const answer = await state.chat.request(event, request);
      return answer.ok || this.#state === state ? answer : locked();
    } catch (error) {
      if (this.#state === state) throw error;
      return locked(); // It was being answered when the store was closed.
    }
  }

  async #protect(wanted: LocalRequest<'protect'>): Promise<Result<Nothing>> {
    const vault = this.#vault;
    if (vault === null) return refuse('notAllowed', ephemeral);
    const { by, lockAfterMinutes } = wanted;
    this.#askedAt = this.#now();
    return await this.#withBytes([wanted.passphrase, wanted.current], ([passphrase, current]) =>
      this.#inTurn(async () => {
        if (this.#state.kind !== 'open') return locked();
        const changed = await this.#tried(current, () =>
          vault.protect({ by, passphrase, current, lockAfterMinutes }),
        );
        if (!changed.ok) return changed;
        this.#options.log('profileProtected', { by });
        this.#emit({ event: 'vault', data: this.vaultState });
        return ok({});
      }),
    );
  }

  async #masterKey(passphrase: Uint8Array | null): Promise<Result<Uint8Array | null>> {
    const vault = this.#vault;
    return vault === null ? ok(null) : await this.#tried(passphrase, () => vault.open(passphrase));
  }

  /** One try of a passphrase at a time, with a pause after wrong ones. */
  async #tried<Value>(
    passphrase: Uint8Array | null,
    open: () => Promise<Result<Value>>,
  ): Promise<Result<Value>> {
    const pause = this.#attempts.pause();
    if (pause > 0) {
      const seconds = Math.ceil(pause / 1_000);
      const sentence = `The last passphrase was wrong. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
      return refuse('rateLimited', sentence, { retryAfter: pause });
    }
    const answer = await open();
    if (answer.ok) this.#attempts.succeeded();
    else if (passphrase !== null && answer.error.code === 'wrongPassphrase') this.#attempts.failed();
    return answer;
  }

  #open(chat: Chat): void {
    const stop = chat.subscribe((event) => this.#emit(event));
    this.#state = { kind: 'open', chat, stop };
    this.#askedAt = this.#now();
    this.#emit({ event: 'vault', data: this.vaultState });
    this.#emit(this.greeting());
    this.#forgetSoon();
  }

  async #closeChat(next: State): Promise<void> {
    const before = this.#state;
    this.#state = next;
    if (before.kind !== 'open') return;
    before.stop();
    await before.chat.close();
    zeroFreedMemory(true);
    freeGarbage();
  }

  /** Passphrases come as strings from JSON: bytes at once, wiped afterwards, and the strings soon after. */
  async #withBytes<Value>(
    texts: readonly (string | undefined)[],
    use: (bytes: [Uint8Array | null, Uint8Array | null]) => Promise<Result<Value>>,
  ): Promise<Result<Value>> {
    // A second one does not wait in line: its passphrase would lie about in memory.
    if (this.#isTrying)
      return refuse('rateLimited', 'Another passphrase is being tried.', { retryAfter: 1_000 });
    this.#isTrying = true;
    zeroFreedMemory(true);
    const [first, second] = texts.map((text) => (text === undefined ? null : Buffer.from(text, 'utf8')));
    try {
      return await use([first ?? null, second ?? null]);
    } finally {
      first?.fill(0);
      second?.fill(0);
      this.#isTrying = false;
      this.#forgetSoon();
    }
  }

  #forgetSoon(): void {
    setTimeout(() => {
      freeGarbage();
      if (this.#state.kind === 'open' && !this.#isTrying) zeroFreedMemory(false);
    }, forgetAfterMs).unref();
  }

  #lockWhenIdle(): void {
    const after = this.#vault?.lockAfterMinutes ?? 0;
    if (this.#state.kind !== 'open' || after === 0) return;
    // A clock that was put back begins the time anew.
    this.#askedAt = Math.min(this.#askedAt, this.#now());
    if (this.#now() - this.#askedAt < after * 60_000) return;
    this.lock().catch(() => this.#options.log('lockFailed'));
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  #emit(event: LocalEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function isVaultEvent(event: ChatEvent | VaultEvent): event is VaultEvent {
  return event === 'getVault' || event === 'unlock' || event === 'lock' || event === 'protect';
}

const ephemeral =
  'This profile keeps nothing, so there is nothing to lock: stop the proxy, and all of it is gone.';

const locked = () => refuse('locked', 'This profile is locked. Unlock it on its page, or with: otr unlock');
const closed = () => refuse('locked', 'The proxy is being stopped.');
