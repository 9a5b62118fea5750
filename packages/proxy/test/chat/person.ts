import { randomBytes } from 'node:crypto';
import type { LocalEvent, LocalRequest, LocalResponse, MessageRow, Result, Row } from '@otr/protocol';
import type { Chat, ChatEvent } from '../../src/chat.ts';
import { type ChatOptions, createChat } from '../../src/chatService.ts';
import { silent } from '../../src/log.ts';
import { openStore, type Store } from '../../src/store/store.ts';

/** A chat under test with what its clients were told. */
export class Person {
  readonly chat: Chat;
  readonly store: Store;
  readonly events: LocalEvent[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(options: Partial<ChatOptions> & { relayUrl: string; store?: Store }) {
    this.store = options.store ?? memoryStore();
    this.chat = createChat({ log: silent, version: 'test', ...options, store: this.store });
    this.chat.subscribe((event) => {
      this.events.push(event);
      for (const look of this.#waiting) look();
    });
  }

  async ask<Event extends ChatEvent>(
    event: Event,
    request: LocalRequest<Event>,
  ): Promise<LocalResponse<Event>> {
    const answer: Result<LocalResponse<Event>> = await this.chat.request(event, request);
    if (!answer.ok) throw new Error(`${event}: ${answer.error.code} ${answer.error.message}`);
    return answer.value;
  }

  async create(name: string): Promise<string> {
    return (await this.ask('createRoom', { name })).room;
  }

  /** Joins by another's invite and waits until the room is joined. */
  async joins(other: Person, room: string): Promise<void> {
    const { link } = await other.ask('invite', { room });
    await this.ask('joinRoom', { link });
    await this.until(() => this.room(room)?.state === 'joined');
  }

  async says(room: string, text: string, id = newId()): Promise<string> {
    await this.ask('sendMessage', { room, id, text });
    return id;
  }

  room(room: string) {
    return this.chat.snapshot().rooms.find((summary) => summary.room === room);
  }

  async rows(room: string): Promise<Row[]> {
    return (await this.ask('getTimeline', { room, from: { at: 'end' }, limit: 500 })).rows;
  }

  async messages(room: string): Promise<MessageRow[]> {
    return (await this.rows(room)).filter((row) => row.kind === 'message');
  }

  async texts(room: string): Promise<string[]> {
    return (await this.messages(room)).map(({ text }) => text);
  }

  /** The rows that show trouble. */
  async troubles(room: string): Promise<string[]> {
    const rows = await this.rows(room);
    return rows.flatMap((row) => (row.kind === 'refused' || row.kind === 'alarm' ? [row.problem] : []));
  }

  async notices(room: string): Promise<string[]> {
    return (await this.rows(room)).flatMap((row) => (row.kind === 'notice' ? [row.event] : []));
  }

  /** Looks again at each event. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      const isTrue = await holds();
      if (!isTrue) await promise;
      this.#waiting.delete(resolve);
      if (isTrue) break;
    }
  }

  async hears(room: string, texts: readonly string[]): Promise<void> {
    await this.until(async () => {
      const heard = await this.texts(room);
      return texts.every((text) => heard.includes(text));
    });
  }

  /** All of its own messages are at their places. */
  async settles(room: string): Promise<void> {
    await this.until(async () => (await this.messages(room)).every(({ delivery }) => delivery === 'relay'));
  }

  async close(): Promise<void> {
    await this.chat.close();
  }
}

export function newId(): string {
  return randomBytes(16).toString('base64url');
}

export function memoryStore(): Store {
  const opened = openStore('memory');
  if (!opened.ok) throw new Error(opened.message);
  return opened.value;
}

export function fileStore(folder: string): Store {
  const opened = openStore({ folder, key: new Uint8Array(32).fill(7) });
  if (!opened.ok) throw new Error(opened.message);
  return opened.value;
}
