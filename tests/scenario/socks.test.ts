import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectSocketFile, type LocalClient } from '@otr/client/node';
import type { LocalRequest, LocalResponse, LocalUpEvent } from '@otr/protocol';
import { findSocketFile } from '@otr/proxy';
import { type Relay, startRelay } from '@otr/relay';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId, Person } from '../../packages/proxy/test/chat/person.ts';
import { TestSocksServer } from '../../packages/proxy/test/link/socksServer.ts';
import { temporaryFolder } from '../processes.ts';
import { contactsIn, isStraceMissing, startTracedOtr, type TracedOtr } from './tracedOtr.ts';

/** Only the SOCKS server knows where this is. */
const hidden = 'http://relay.invalid';

const endings: (() => unknown)[] = [];
let relay: Relay;
let socks: TestSocksServer;
beforeEach(async () => {
  relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:' });
  endings.push(() => relay.close());
  socks = await TestSocksServer.start({ names: { 'relay.invalid': relay.port } });
  endings.push(() => socks.close());
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function person(name: string, perRoom = false): Person {
  const through = { ...socks.options, perRoom };
  const who = new Person({ relayUrl: hidden, name, socks: through });
  endings.push(() => who.close());
  return who;
}

it('[X1] people talk through a SOCKS server, over a relay whose name it alone can look up', async () => {
  const [ann, ben] = [person('Ann'), person('Ben')];
  const room = await ann.create('Garden');
  await ben.joins(ann, room);
  await ann.says(room, 'hello through the tunnel');
  await ben.hears(room, ['hello through the tunnel']);
  expect(socks.visits.length).toBe(2);
});

it('[X3] with a connection for each room, each with a login of its own, people talk in all of them', async () => {
  const [ann, ben] = [person('Ann', true), person('Ben', true)];
  const rooms = [await ann.create('Garden'), await ann.create('Cellar')];
  for (const room of rooms) {
    await ben.joins(ann, room);
    await ann.says(room, `hello in ${room}`);
    await ben.hears(room, [`hello in ${room}`]);
  }
  // Each person has one for each room, and one to make new rooms by.
  const logins = new Set(socks.visits.map(({ login }) => login?.userId));
  expect([socks.visits.length, logins.size]).toEqual([6, 6]);
});

describe.skipIf(isStraceMissing())('all that the kernel is asked to connect or send to (strace)', () => {
  /** A proxy in a process of its own under strace, and a client of it. */
  async function traced(name: string, relayUrl: string, more: readonly string[]) {
    const folder = temporaryFolder();
    endings.push(() => folder.remove());
    const profile = join(folder.path, 'profile');
    const place = ['--relay', relayUrl, '--profile', profile, '--name', name, '--no-open'];
    const otr = await startTracedOtr(['up', ...place, ...more], join(folder.path, 'trace'));
    const connected = await connectSocketFile(await findSocketFile(profile));
    if (!connected.ok) throw new Error(connected.error.message);
    const client = connected.value;
    const stop = async () => {
      client.close();
      await otr.stop();
    };
    return { otr, client, stop };
  }

  async function ask<Event extends LocalUpEvent>(
    client: LocalClient,
    event: Event,
    request: LocalRequest<Event>,
  ): Promise<LocalResponse<Event>> {
    const answer = await client.request(event, request);
    if (!answer.ok) throw new Error(`${event}: ${answer.error.message}`);
    return answer.value;
  }

  async function relayStatus(client: LocalClient, wanted: 'online' | 'offline') {
    for (;;) {
      const { relay } = await ask(client, 'getStatus', {});
      if (relay.state === wanted) return relay;
      await pause(50);
    }
  }

  it('[X1] is the SOCKS server, in a whole conversation', async () => {
    const through = `127.0.0.1:${socks.port}`;
    const ann = await traced('Ann', hidden, ['--socks', through]);
    const ben = person('Ben');
    const { room } = await ask(ann.client, 'createRoom', { name: 'Garden' });
    const { link } = await ask(ann.client, 'invite', { room });
    await ben.ask('joinRoom', { link });
    await ben.until(() => ben.room(room)?.state === 'joined');
    await ask(ann.client, 'sendMessage', { room, id: newId(), text: 'over the tunnel' });
    await ben.hears(room, ['over the tunnel']);
    // The connection is made anew, too.
    socks.cut();
    await ben.says(room, 'and back');
    await ask(ann.client, 'sendMessage', { room, id: newId(), text: 'still there' });
    await ben.hears(room, ['still there']);
    await ann.stop();

    expect(places(ann.otr)).toEqual([through]);
    expect(ann.otr.contacts().filter(({ to }) => to === through).length).toBeGreaterThanOrEqual(2);
  });

  it('[X2] is the SOCKS server when it is not there, although the relay is', async () => {
    await socks.close();
    const through = `127.0.0.1:${socks.port}`;
    const ann = await traced('Ann', relay.url, ['--socks', through, '--socks-per-room']);
    await ask(ann.client, 'createRoom', { name: 'Garden' });
    const { reason } = await relayStatus(ann.client, 'offline');
    expect(reason).toContain('The SOCKS server does not answer');
    await ann.stop();
    expect(places(ann.otr)).toEqual([through]);
  });

  it('is the relay itself without --socks, and the system’s resolver for a name (negative control)', async () => {
    const direct = await traced('Ann', relay.url, []);
    await relayStatus(direct.client, 'online');
    await direct.stop();
    expect(places(direct.otr)).toEqual([`127.0.0.1:${relay.port}`]);

    const named = await traced('Ben', hidden, []);
    await relayStatus(named.client, 'offline');
    await named.stop();
    expect(places(named.otr).filter(isResolver)).not.toEqual([]);
  });

  /** Where it turned to, but for its own page. */
  function places({ contacts, ownPage }: TracedOtr): string[] {
    return [...new Set(contacts().map(({ to }) => to))].filter((to) => !ownPage.includes(to));
  }

  /** A DNS server, or the system's own service that asks one. */
  const isResolver = (to: string) => /:53$|nscd|systemd\/resolve|dnsproxyd/.test(to);

  it('is read off every kind of line that strace writes', () => {
    const trace = `
77 connect(21, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.1")}, 16) = 0
78 connect(22, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28 <unfinished ...>
79 sendmmsg(21, [{msg_hdr={msg_name={sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.2")}, msg_namelen=16}}], 1, 0) = 1
79 sendto(21, "x", 1, 0, NULL, 0) = 1
80 connect(3, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT
81 recvfrom(21, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.3")}, [28 => 16]) = 1`;
    expect(contactsIn(trace).map(({ to }) => to)).toEqual([
      '10.0.0.1:53',
      '::1:443',
      '10.0.0.2:53',
      '/var/run/nscd/socket',
    ]);
  });
});
