import { randomBytes } from 'node:crypto';
import { TestClient } from '../../../packages/relay/test/testClient.ts';
import { testRoom } from '../../../packages/relay/test/testRoom.ts';
import { pause } from './pause.ts';
import type { Report, Role } from './role.ts';

const people = 20;
const messagesPerSecond = 50;
const bodyBytes = 200;

/** People in a room who talk evenly and measure how long each message takes to each of them. */
export class Members implements Role {
  readonly #room = testRoom();
  readonly #clients: TestClient[] = [];
  /** The place of the last entry that each was given. */
  readonly #heads = new Map<TestClient, number>();
  readonly #holes = new Set<TestClient>();
  readonly #sentAt = new Map<string, number>();
  #sent = 0;
  /** Milliseconds from the append to each delivery, since it was last taken. */
  #delays: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  static async enter(url: string): Promise<Members> {
    const members = new Members();
    for (let n = 0; n < people; n += 1) {
      const client = await TestClient.connect(url);
      if (n === 0) await client.create(members.#room);
      await client.enter(members.#room);
      members.#listen(client);
      members.#clients.push(client);
    }
    members.#talk();
    return members;
  }

  /** In turn. */
  #talk(): void {
    const startedAt = performance.now();
    this.#timer = setInterval(() => {
      const due = ((performance.now() - startedAt) / 1_000) * messagesPerSecond;
      while (this.#sent < due) this.#say();
    }, 5);
  }

  /** Ends the talk. Resolves when every message has come to everyone, with what is wrong. */
  async stop(): Promise<Report> {
    clearInterval(this.#timer);
    const wrong: string[] = [];
    for (const [n, client] of this.#clients.entries()) {
      while (client.socket.connected && (this.#heads.get(client) ?? 0) < this.#sent) await pause(50);
      if (!client.socket.connected) wrong.push(`member ${n} was disconnected`);
      if (this.#holes.has(client)) wrong.push(`member ${n} was sent a hole`);
    }
    for (const client of this.#clients) client.close();
    return { did: `${people} members said ${this.#sent} messages`, wrong };
  }

  takeDelays(): number[] {
    return this.#delays.splice(0);
  }

  #say(): void {
    const client = this.#clients[this.#sent % this.#clients.length];
    if (client === undefined) throw new RangeError('nobody talks');
    this.#sent += 1;
    const message = client.message(this.#room, 0, randomBytes(bodyBytes));
    this.#sentAt.set(Buffer.from(message.id).toString('latin1'), performance.now());
    client.socket.emit('append', message, () => {});
  }

  /** What was measured is forgotten: collecting the garbage of hours must not be taken for the relay's delay. */
  #listen(client: TestClient): void {
    client.socket.on('entries', () => {
      const now = performance.now();
      for (const down of client.received.splice(0)) {
        if (down.event !== 'entries') continue;
        for (const { seq, id } of down.message.entries) {
          if (seq !== (this.#heads.get(client) ?? 0) + 1) this.#holes.add(client);
          this.#heads.set(client, seq);
          this.#delays.push(now - (this.#sentAt.get(Buffer.from(id).toString('latin1')) ?? now));
        }
      }
    });
  }
}
