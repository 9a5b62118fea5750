import { randomBytes } from 'node:crypto';
import { TestClient } from '../testClient.ts';
import { type TestRoom, testRoom } from '../testRoom.ts';

/** Found in everything that the witnesses write, and nowhere else. */
const markBytes = 16;

/**
 * Members of a room of their own, who talk while a relay is under attack. They hear each other and nobody else, and
 * nobody else hears them.
 */
export class Witnesses {
  readonly room: TestRoom = testRoom();
  readonly mark = randomBytes(markBytes);
  /** Keys that members are given slices for: what somebody outside may know of the room besides its id. */
  readonly keys: Buffer[] = [];
  readonly #members: TestClient[] = [];
  /** What was said, by the entry's id. */
  readonly #said = new Map<string, Buffer>();
  readonly #lost: string[] = [];
  #count = 0;

  static async enter(url: string): Promise<Witnesses> {
    const witnesses = new Witnesses();
    for (let n = 0; n < 3; n += 1) {
      const member = await TestClient.connect(url);
      witnesses.#members.push(member);
      member.socket.once('disconnect', (reason, details) => {
        const why = details instanceof Error ? details.message : '';
        witnesses.#lost.push(`witness ${n} was disconnected: ${reason} ${why}`);
      });
      if (n === 0) await member.create(witnesses.room);
      const key = randomBytes(32);
      await member.enter(witnesses.room, [key]);
      witnesses.keys.push(key);
    }
    return witnesses;
  }

  get messages(): number {
    return this.#said.size;
  }

  /** What they have sent to the relay since they entered. */
  get requests(): number {
    return this.#said.size + this.#count;
  }

  /** One of them says something durable, whispers something to the first and types. */
  async talk(): Promise<void> {
    const member = this.#members[this.#count++ % this.#members.length];
    if (member === undefined) throw new RangeError('nobody talks');
    const slices = this.keys.slice(0, 1).map((to) => ({ to, ciphertext: this.#sealed() }));
    for (const part of [{}, { slices }]) {
      const message = { ...member.message(this.room, 0, this.#sealed()), ...part };
      this.#said.set(text(message.id), Buffer.from(message.body));
      await member.done('append', message);
    }
    await member.done('volatile', { room: this.room.room, sealed: this.#sealed() });
  }

  /** What is wrong with what reached them; nothing is the good answer. */
  async complaints(): Promise<string[]> {
    const wrong = [...this.#lost];
    for (const [n, member] of this.#members.entries()) {
      if (member.socket.connected)
        wrong.push(...(await this.#complaintsOf(member)).map((complaint) => `witness ${n} ${complaint}`));
    }
    return wrong;
  }

  close(): void {
    for (const member of this.#members) member.close();
  }

  /** Everything that came, live and from the log, was said in this room; everything that was said came. */
  async #complaintsOf(member: TestClient): Promise<string[]> {
    const { room } = this.room;
    const wrong: string[] = [];
    const live = new Set<string>();
    for (const { event, message } of member.received) {
      if (event === 'challenge') continue;
      if (Buffer.compare(message.room, room) !== 0) wrong.push(`was sent ${event} of another room`);
      if (event === 'volatile' && !this.#isOurs(message.sealed)) wrong.push('was sent a foreign volatile');
      if (event === 'knock' || event === 'welcome') wrong.push(`was sent a ${event}`);
      if (event !== 'entries') continue;
      for (const entry of message.entries) {
        live.add(text(entry.id));
        if (!this.#wasSaid(entry)) wrong.push('was sent what nobody said, live');
        if (entry.kind === 'message' && !entry.slices.every((slice) => this.#isOurs(slice.ciphertext)))
          wrong.push('was sent a foreign slice');
      }
    }
    const logged = await this.#log(member);
    const missed = [...this.#said.keys()].filter((id) => !logged.has(id));
    if (missed.length > 0) wrong.push(`finds ${missed.length} messages not in the log`);
    const unheard = [...this.#said.keys()].filter((id) => !live.has(id));
    if (unheard.length > 0) wrong.push(`did not hear ${unheard.length} messages live`);
    const foreign = [...logged].filter(([, entry]) => !this.#wasSaid(entry));
    if (foreign.length > 0) wrong.push(`finds ${foreign.length} entries in the log that nobody made`);
    return wrong;
  }

  async #log(member: TestClient) {
    const entries = new Map<string, { id: Uint8Array; body: Uint8Array }>();
    for (let after = 0; ; ) {
      const page = await member.done('fetch', { room: this.room.room, after, limit: 500 });
      for (const entry of page.entries) entries.set(text(entry.id), entry);
      after = page.entries.at(-1)?.seq ?? after;
      if (after >= page.head || page.entries.length === 0) return entries;
    }
  }

  #wasSaid({ id, body }: { id: Uint8Array; body: Uint8Array }): boolean {
    const said = this.#said.get(text(id));
    return said !== undefined && Buffer.compare(said, body) === 0;
  }

  #isOurs(bytes: Uint8Array): boolean {
    return Buffer.from(bytes).includes(this.mark);
  }

  #sealed(): Buffer {
    return Buffer.concat([randomBytes(20), this.mark, randomBytes(30)]);
  }
}

function text(id: Uint8Array): string {
  return Buffer.from(id).toString('base64url');
}
