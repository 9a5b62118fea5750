import { randomBytes } from 'node:crypto';
import { TestClient } from '../../packages/relay/test/testClient.ts';
import { testRoom } from '../../packages/relay/test/testRoom.ts';

const bodyBytes = 200;

/** People in rooms of ten who are there and say nothing: what a relay has most of. Returns the way to let them go. */
export async function silentPeople(url: string, count: number): Promise<() => void> {
  const clients: TestClient[] = [];
  let room = testRoom();
  for (let n = 0; n < count; n += 1) {
    const client = await TestClient.connect(url);
    if (n % 10 === 0) {
      room = testRoom();
      await client.create(room);
    }
    await client.enter(room);
    clients.push(client);
  }
  return () => {
    for (const client of clients) client.close();
  };
}

/** People in a room who talk evenly and measure how long each message takes to each of them. */
export class Members {
  readonly #room = testRoom();
  readonly #clients: TestClient[] = [];
  readonly #sentAt = new Map<string, number>();
  #sent = 0;
  /** Milliseconds from the append to each delivery, since it was last taken. */
  #delays: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  static async enter(url: string, count: number): Promise<Members> {
    const members = new Members();
    for (let n = 0; n < count; n += 1) {
      const client = await TestClient.connect(url);
      if (n === 0) await client.create(members.#room);
      await client.enter(members.#room);
      members.#listen(client);
      members.#clients.push(client);
    }
    return members;
  }

  /** So many messages a second, in turn. */
  talk(perSecond: number): void {
    const startedAt = performance.now();
    const before = this.#sent;
    this.#timer = setInterval(() => {
      const due = before + ((performance.now() - startedAt) / 1_000) * perSecond;
      while (this.#sent < due) this.#say();
    }, 5);
  }

  /** Ends the talk. Resolves when every message has come to everyone, with what is wrong. */
  async finish(): Promise<string[]> {
    clearInterval(this.#timer);
    const wrong: string[] = [];
    for (const [n, client] of this.#clients.entries()) {
      if (!client.socket.connected) wrong.push(`member ${n} was disconnected`);
      else await client.entriesUpTo(this.#room.room, this.#sent);
      const seqs = client.all('entries').flatMap(({ entries }) => entries.map(({ seq }) => seq));
      if (seqs.some((seq, place) => seq !== place + 1)) wrong.push(`member ${n} was sent a hole`);
    }
    for (const client of this.#clients) client.close();
    return wrong;
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

  #listen(client: TestClient): void {
    client.socket.on('entries', () => {
      const now = performance.now();
      for (const { id } of client.received.at(-1)?.event === 'entries' ? newest(client) : []) {
        this.#delays.push(now - (this.#sentAt.get(Buffer.from(id).toString('latin1')) ?? now));
      }
    });
  }
}

function newest(client: TestClient) {
  const last = client.received.at(-1);
  return last?.event === 'entries' ? last.message.entries : [];
}
