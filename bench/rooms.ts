import type { GroupState } from '@otr/mls';
import type { RoomSettings } from '@otr/protocol';
import { acceptOwnCommit } from '../packages/proxy/src/core/group/commit.ts';
import { compactSuite, defaultSuite } from '../packages/proxy/src/core/group/config.ts';
import { createRoom } from '../packages/proxy/src/core/group/create.ts';
import {
  joinRoom,
  keyPackageFor,
  keyPackagesOf,
  makeJoinKeys,
} from '../packages/proxy/src/core/group/join.ts';
import { openForRoom, sealForRoom } from '../packages/proxy/src/core/group/messages.ts';
import { viewOf } from '../packages/proxy/src/core/group/view.ts';
import { encodePayload } from '../packages/proxy/src/core/payloadCodec.ts';
import { randomId, toText } from '../packages/proxy/src/core/text.ts';
import { freshSecret } from '../packages/proxy/src/room/newRoom.ts';
import { leafNamed, planned } from '../packages/proxy/test/core/group/leaves.ts';
import { median } from './figures.ts';

const rounds = 5;
const nobody: ReadonlySet<string> = new Set();
const nothing = { add: [], remove: [], settings: null, rename: null, renew: false };
/** Above it the welcome of a room with the default suite is larger than the relay takes. */
const largestDefault = 500;

/** What a message and a change of members cost, whatever the room's size: CPU of the proxy, and bytes on the wire. */
export function benchRooms(): void {
  console.log('\n## Rooms: bytes and CPU time of one proxy\n');
  console.log(
    'suite | members | message, bytes | seal, ms | open, ms | add: commit, bytes | welcome, bytes | process add, ms | join, ms | renewal, bytes | process renewal, ms',
  );
  for (const [suiteId, name] of [
    [defaultSuite, 'X-Wing'],
    [compactSuite, 'X25519'],
  ] as const) {
    for (const size of [10, 100, 1_000]) {
      if (suiteId === defaultSuite && size > largestDefault) continue;
      console.log([name, size, ...figuresOf(suiteId, size)].join(' | '));
    }
  }
}

function figuresOf(suiteId: number, size: number): (string | number)[] {
  const room = randomId();
  let [ann, bob] = grownRoom(room, suiteId, size - 1);
  const plaintext = encodePayload(examplePayload);
  const seal: number[] = [];
  const open: number[] = [];
  let messageBytes = 0;
  for (let round = 0; round < rounds * 20; round += 1) {
    const [sealed, sealing] = timed(() => sealForRoom(ann, plaintext));
    ann = sealed.group;
    messageBytes = sealed.body.length;
    const [opened, opening] = timed(() => openForRoom(bob, sealed.body, nobody));
    if (opened.kind !== 'message') throw new Error('a message that does not open');
    bob = opened.group;
    seal.push(sealing);
    open.push(opening);
  }
  const renewal = planned(bob, { ...nothing, renew: true });
  const [renewed, processingRenewal] = timed(() => openForRoom(ann, renewal.body, nobody));
  if (renewed.kind !== 'commit') throw new Error('a renewal that does not open');
  ann = renewed.group;
  bob = acceptOwnCommit(renewal.group).group;

  const joins: number[] = [];
  const adds: number[] = [];
  let commitBytes = 0;
  let welcomeBytes = 0;
  for (let round = 0; round < rounds; round += 1) {
    const keys = makeJoinKeys(leafNamed('Cleo'), Date.now());
    const keyPackage = keyPackageFor(suiteId, keyPackagesOf(keys));
    if (!keyPackage) throw new Error('no key package for the suite');
    const added = planned(ann, { ...nothing, add: [keyPackage] });
    const { welcome } = added;
    if (!welcome) throw new Error('no welcome');
    commitBytes = added.body.length;
    welcomeBytes = welcome.length;
    const [processed, adding] = timed(() => openForRoom(bob, added.body, nobody));
    if (processed.kind !== 'commit') throw new Error('an addition that does not open');
    const [joined, joining] = timed(() => joinRoom(room, keys, welcome));
    if (!joined) throw new Error('a welcome that does not open');
    if (viewOf(joined.group).members.size !== size) throw new Error('a room of another size');
    adds.push(adding);
    joins.push(joining);
  }
  const ms = (figures: number[]) => median(figures).toFixed(2);
  return [
    ...[messageBytes, ms(seal), ms(open), commitBytes, welcomeBytes, ms(adds), ms(joins)],
    ...[renewal.body.length, processingRenewal.toFixed(2)],
  ];
}

/** The states of its maker and of one member. */
function grownRoom(room: Uint8Array, suiteId: number, size: number): [GroupState, GroupState] {
  const now = Date.now();
  let { group: ann } = createRoom({ room, suiteId, profile: leafNamed('Ann'), settings, now });
  let bob: GroupState | undefined;
  for (let members = 1; members < size; ) {
    const count = Math.min(50, size - members);
    const joiners = Array.from({ length: count }, (_, n) =>
      makeJoinKeys(leafNamed(`Member ${members + n}`), now),
    );
    const add = joiners.flatMap((keys) => keyPackageFor(suiteId, keyPackagesOf(keys)) ?? []);
    const { group, welcome, body } = planned(ann, { ...nothing, add });
    ann = acceptOwnCommit(group).group;
    if (bob) {
      const opened = openForRoom(bob, body, nobody);
      if (opened.kind !== 'commit') throw new Error('an addition that does not open');
      bob = opened.group;
    } else if (welcome && joiners[0]) bob = joinRoom(room, joiners[0], welcome)?.group;
    members += count;
  }
  if (!bob) throw new Error('a room needs two');
  return [ann, bob];
}

function settings(creator: string): RoomSettings {
  return {
    version: 1,
    name: 'Bench',
    disappearAfter: 0,
    roles: { invite: 'everyone', remove: 'everyone', change: 'everyone' },
    admins: [creator],
    invites: [],
    returnSecret: freshSecret(),
    offTheRecord: false,
  };
}

const examplePayload = {
  version: 1 as const,
  proof: {
    id: toText(randomId()),
    counter: 1,
    authenticator: toText(new Uint8Array(32)),
    seen: { seq: 1, digest: toText(new Uint8Array(32)) },
    at: Date.now(),
  },
  content: { kind: 'text' as const, version: 1 as const, text: 'x'.repeat(100) },
};

/** Milliseconds of CPU time of this process. */
function timed<Value>(run: () => Value): [Value, number] {
  const before = process.cpuUsage();
  const value = run();
  const { user, system } = process.cpuUsage(before);
  return [value, (user + system) / 1_000];
}
