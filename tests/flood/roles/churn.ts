import { packetBytes } from '../../../packages/relay/test/fuzz/packets.ts';
import { RawConnection, upgradeRequest } from '../../../packages/relay/test/fuzz/rawConnection.ts';
import { pause } from './pause.ts';
import type { Role } from './role.ts';

const sockets = 1_000;
/** How long each of them stays open, in milliseconds. */
const openFor = 4_000;

/** A thousand sockets open and close, each again and again; every fourth never finishes its handshake. */
export async function churn(url: string): Promise<Role> {
  let goesOn = true;
  let opened = 0;
  let refused = 0;
  const lane = async (n: number) => {
    await pause((openFor * n) / sockets);
    while (goesOn) {
      const connection = new RawConnection(url);
      connection.write(n % 4 === 0 ? upgradeRequest.slice(0, 100) : upgradeRequest);
      if (n % 4 !== 0 && (await connection.status()) === 101) {
        connection.send(packetBytes({ type: 0, nsp: '/' }));
        opened += 1;
      } else if (n % 4 !== 0) refused += 1;
      await pause(openFor);
      connection.cut();
    }
  };
  const lanes = Array.from({ length: sockets }, (_, n) => lane(n));
  return {
    stop: async () => {
      goesOn = false;
      await Promise.all(lanes);
      return { did: `${sockets} sockets, opened ${opened} times, ${refused} refused`, wrong: [] };
    },
  };
}
