import { TestClient } from '../../../packages/relay/test/testClient.ts';
import { testRoom } from '../../../packages/relay/test/testRoom.ts';
import type { Role } from './role.ts';

const silentPeople = 1_000;

/** A thousand people in rooms of ten who are there and say nothing: what a relay has most of. */
export async function silent(url: string): Promise<Role> {
  const clients: TestClient[] = [];
  let room = testRoom();
  for (let n = 0; n < silentPeople; n += 1) {
    const client = await TestClient.connect(url);
    if (n % 10 === 0) {
      room = testRoom();
      await client.create(room);
    }
    await client.enter(room);
    clients.push(client);
  }
  return {
    stop: async () => {
      const left = clients.filter(({ socket }) => socket.connected).length;
      for (const client of clients) client.close();
      const wrong = left < silentPeople ? [`${silentPeople - left} silent people were disconnected`] : [];
      return { did: `${left} silent people stayed`, wrong };
    },
  };
}
