import { type LocalEvent, type LocalMessage, ok, refuse } from '@otr/protocol';
import type { Chat, ChatEvent, LocalService } from '../../src/chat.ts';

export interface FakeChat extends Chat {
  /** Requests that came through, in order. */
  readonly asked: { event: ChatEvent; request: unknown }[];
  /** Resolves when this was asked. */
  whenAsked(event: ChatEvent): Promise<void>;
  /** From now on nothing is answered; `failAll` makes all of it fail, as a store does that was closed. */
  holdAnswers(): { failAll(): void };
  emit(event: LocalEvent): void;
  readonly closed: boolean;
}

/** A profile that is always open, over this chat. */
export function openService(chat: Chat): LocalService {
  return {
    greeting: () => ({ event: 'snapshot', data: chat.snapshot() }),
    request: (event, request) => chat.request(event as ChatEvent, request as never) as never,
    subscribe: (listener) => chat.subscribe(listener),
  };
}

/** A chat without rooms: it notes what it is asked and says what it is told to say. */
export function fakeChat(): FakeChat {
  const listeners = new Set<(event: LocalEvent) => void>();
  const asked: { event: ChatEvent; request: unknown }[] = [];
  const wakers: (() => void)[] = [];
  let closed = false;
  let held: Promise<void> | null = null;
  const snapshot: LocalMessage<'snapshot'> = {
    version: '0.0.0-test',
    profile: { name: 'Ada', ephemeral: true, tellRead: false, tellTyping: true },
    relay: { url: 'http://127.0.0.1:1', state: 'offline', queued: 0 },
    rooms: [],
  };
  return {
    asked,
    snapshot: () => snapshot,
    async request(event, request) {
      asked.push({ event, request });
      for (const wake of wakers.splice(0)) wake();
      await held;
      if (event === 'getStatus') return ok(snapshot as never);
      if (event === 'setName') return ok({} as never);
      if (event === 'createRoom') throw new Error('a bug in the chat');
      return refuse('roomNotFound', 'There is no such room.');
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async whenAsked(event) {
      while (!asked.some((one) => one.event === event)) {
        await new Promise<void>((resolve) => wakers.push(resolve));
      }
    },
    holdAnswers() {
      const { promise, reject } = Promise.withResolvers<void>();
      held = promise;
      return { failAll: () => reject(new Error('the store is closed')) };
    },
    emit(event) {
      for (const listener of listeners) listener(event);
    },
    async close() {
      closed = true;
    },
    get closed() {
      return closed;
    },
  };
}
