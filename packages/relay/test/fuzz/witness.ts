import { randomBytes } from 'node:crypto';
import { TestClient } from '../testClient.ts';
import { type TestRoom, testRegistration, testRoom } from '../testRoom.ts';

/** Found in everything that the witnesses write, and nowhere else. */
const markBytes = 16;

/**
 * Members of a room of their own, who talk while a relay is under attack. They hear each other and nobody else, and
 * nobody else hears them.
 */
export class Witnesses {
  readonly room: TestRoom = testRoom();
  readonly mark = randomBytes(markBytes);
  /** Public keys of the members: what somebody outside may know of the room besides its id. */
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
      await member.enter(witnesses.room);
      const registration = { ...testRegistration(), sealedProfile: witnesses.#sealed() };
      await member.done('registerKey', { room: witnesses.room.room, ...registration });
      witnesses.keys.push(registration.publicKey);
    }
    return witnesses;
  }

  get messages(): number {
    return this.#said.size;
  }

  /** One of them says something durable, keeps a mark and types. */
  async talk(): Promise<void> {
    const speaker = this.#count++ % this.#members.length;
    const [member, publicKey] = [this.#members[speaker], this.keys[speaker]];
    if (member === undefined || publicKey === undefined) throw new RangeError('nobody talks');
    const { room } = this.room;
    const message = { ...member.message(this.room, this.keys.length, this.#sealed()), from: publicKey };
    this.#said.set(text(message.id), Buffer.from(message.body ?? []));
    await member.done('append', message);
    await member.done('mark', { room, publicKey, sealed: this.#sealed() });
    await member.done('volatile', { room, sealed: this.#sealed() });
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
      if ((event === 'volatile' || event === 'mark') && !this.#isOurs(message.sealed)) {
        wrong.push(`was sent a foreign ${event}`);
      }
      if (event === 'presence' && !this.#knows(message.publicKey)) wrong.push('was told of a foreign key');
      if (event === 'knock' || event === 'welcome') wrong.push(`was sent a ${event}`);
      if (event !== 'entries') continue;
      for (const entry of message.entries) {
        live.add(text(entry.id));
        if (entry.kind !== 'registerKey' && !this.#wasSaid(entry))
          wrong.push('was sent what nobody said, live');
      }
    }
    const logged = await this.#log(member);
    const missed = [...this.#said.keys()].filter((id) => !logged.has(id));
    if (missed.length > 0) wrong.push(`finds ${missed.length} messages not in the log`);
    const unheard = [...this.#said.keys()].filter((id) => !live.has(id));
    if (unheard.length > 0) wrong.push(`did not hear ${unheard.length} messages live`);
    const foreign = [...logged].filter(([, entry]) => entry.kind !== 'registerKey' && !this.#wasSaid(entry));
    if (foreign.length > 0) wrong.push(`finds ${foreign.length} entries in the log that nobody made`);
    const keys = [...logged.values()].filter(({ kind }) => kind === 'registerKey').length;
    if (keys !== this.keys.length) wrong.push(`finds ${keys} registrations in the log`);
    return wrong;
  }

  async #log(member: TestClient) {
    const entries = new Map<string, { kind: string; id: Uint8Array; body?: Uint8Array | undefined }>();
    for (let after = 0; ; ) {
      const page = await member.done('fetch', { room: this.room.room, after, limit: 500 });
      for (const entry of page.entries) entries.set(text(entry.id), entry);
      after = page.entries.at(-1)?.seq ?? after;
      if (after >= page.head || page.entries.length === 0) return entries;
    }
  }

  #wasSaid({ id, body }: { id: Uint8Array; body?: Uint8Array | undefined }): boolean {
    const said = this.#said.get(text(id));
    return said !== undefined && body !== undefined && Buffer.compare(said, body) === 0;
  }

  #knows(publicKey: Uint8Array): boolean {
    return this.keys.some((key) => Buffer.compare(key, publicKey) === 0);
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
