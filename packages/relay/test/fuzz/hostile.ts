import { proxyParser } from '@otr/protocol/relayParser';
import type { TestInvite, TestRoom } from '../testRoom.ts';
import { changedBytes } from './mutate.ts';
import { requestOddity, webSocketOddity } from './oddities.ts';
import { hostilePayload, packetBytes } from './packets.ts';
import { type Random, random, seedOf } from './random.ts';
import { RawConnection, upgradeRequest } from './rawConnection.ts';
import type { Knowledge } from './requests.ts';
import type { Witnesses } from './witness.ts';

/** What all hostile connections of a run share. */
export interface Attack {
  readonly url: string;
  readonly seed: number;
  readonly witnesses: Pick<Witnesses, 'room' | 'keys' | 'mark'>;
  /** The room that they are in, for a while. */
  readonly own: { room: TestRoom; invite: TestInvite };
  /** Payloads to be spliced and sent again; the newest replace others. */
  readonly earlier: Buffer[];
}

/** What became of one connection. */
export interface Life {
  /** What it sent besides packets that a decoder sees: bytes below it. */
  readonly oddities: number;
  /** Packets that it sent to prepare the others. */
  readonly preparations: number;
  /** Something of the witnesses' room arrived. */
  readonly leak: boolean;
  /** It was neither answered nor ended in time. */
  readonly stuck: boolean;
  readonly wasClosed: boolean;
}

/** Inputs of one connection, unless one ends it before. */
const mostInputs = 80;
const patienceMs = 20_000;
const mostKept = 200;
/** The acknowledgement id of the request that ends a life, above those of all others, and how its answer has it. */
const lastId = 0xf7f7f7f7;
const lastAnswer = Buffer.from('a26964cef7f7f7f7', 'hex');
const lastRequest = packetBytes({ type: 2, nsp: '/', id: lastId, data: ['last', {}] });
const connectRequest = packetBytes({ type: 0, nsp: '/' });

/** The n-th connection of an attack: what it sends depends on the seed, and on the challenge that it is given. */
export async function hostileLife(attack: Attack, n: number): Promise<Life> {
  const draws = random(seedOf(attack.seed, n));
  const connection = new RawConnection(attack.url);
  const leak = watchForLeak(connection, attack.witnesses);
  const life = draws.once(40)
    ? lifeBeforeUpgrade(draws, connection)
    : lifeAfterUpgrade(attack, draws, connection);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), patienceMs);
  });
  const outcome = await Promise.race([life, late]);
  clearTimeout(timer);
  connection.cut();
  if (outcome === 'late')
    return { oddities: 0, preparations: 0, leak: leak(), stuck: true, wasClosed: false };
  return { ...outcome, leak: leak(), stuck: false };
}

type Outcome = Omit<Life, 'leak' | 'stuck'>;

async function lifeBeforeUpgrade(draws: Random, connection: RawConnection): Promise<Outcome> {
  connection.write(requestOddity(draws));
  connection.socket.end();
  await connection.gone;
  return { oddities: 1, preparations: 0, wasClosed: true };
}

async function lifeAfterUpgrade(attack: Attack, draws: Random, connection: RawConnection): Promise<Outcome> {
  connection.write(upgradeRequest);
  await connection.status();
  await connection.next();
  if (draws.once(40)) {
    connection.send(changedBytes(draws, connectRequest, attack.earlier));
    return await endWith(connection, { oddities: 0, preparations: 0 });
  }
  connection.send(connectRequest);
  const challenge = await challengeOf(connection);
  if (challenge === undefined) return { oddities: 0, preparations: 1, wasClosed: true };
  const { own, witnesses } = attack;
  const knows: Knowledge = {
    own: own.room,
    invite: own.invite,
    others: { room: witnesses.room.room, keys: [...witnesses.keys, witnesses.room.accessKey] },
    challenge,
    keys: [],
    ids: [],
  };
  let preparations = 1;
  if (!draws.once(4)) {
    connection.send(enterRequest(knows));
    preparations += 1;
  }
  if (draws.once(12)) {
    connection.write(webSocketOddity(draws, hostilePayload(draws, knows, attack.earlier)));
    return await endWith(connection, { oddities: 1, preparations });
  }
  return await sendInputs(attack, draws, connection, knows, preparations);
}

async function sendInputs(
  { earlier }: Attack,
  draws: Random,
  connection: RawConnection,
  knows: Knowledge,
  preparations: number,
): Promise<Outcome> {
  for (let inputs = 1 + draws.below(mostInputs); inputs > 0; inputs -= 1) {
    const payload = hostilePayload(draws, knows, earlier);
    if (earlier.length < mostKept) earlier.push(payload);
    else earlier[draws.below(mostKept)] = payload;
    connection.send(payload);
  }
  connection.send(lastRequest);
  const answer = await connection.next((payload) => payload.includes(lastAnswer));
  if (answer === undefined) return { oddities: 0, preparations, wasClosed: true };
  if (draws.once(2)) connection.socket.end();
  return { oddities: 0, preparations: preparations + 1, wasClosed: false };
}

/** Nothing may answer any more; that nothing more comes is answered by the end of the connection. */
async function endWith(
  connection: RawConnection,
  sent: { oddities: number; preparations: number },
): Promise<Outcome> {
  connection.socket.end();
  await connection.gone;
  return { ...sent, wasClosed: true };
}

function enterRequest({ own, challenge, keys }: Knowledge): Buffer {
  const { room, accessKey, signFor } = own;
  const request = { room, accessKey, signature: signFor(challenge), keys: keys.slice(0, 4) };
  return packetBytes({ type: 2, nsp: '/', id: 0, data: ['enterRoom', request] });
}

async function challengeOf(connection: RawConnection): Promise<Uint8Array | undefined> {
  const frame = await connection.next((payload) => payload.includes('challenge'));
  if (frame === undefined) return undefined;
  const decoder = new proxyParser.Decoder();
  let nonce: unknown;
  decoder.on('decoded', (packet: { data: [string, { nonce: unknown }] }) => {
    nonce = packet.data[1].nonce;
  });
  decoder.add(frame);
  return nonce instanceof Uint8Array ? nonce : undefined;
}

/** The id of the witnesses' room and what they say: neither has a reason to come to a stranger. */
function watchForLeak(connection: RawConnection, { room, mark }: Attack['witnesses']): () => boolean {
  let found = false;
  let tail = Buffer.alloc(0);
  connection.onBytes = (bytes) => {
    const all = Buffer.concat([tail, bytes]);
    found ||= all.includes(mark) || all.includes(room.room);
    tail = all.subarray(Math.max(0, all.length - mark.length));
  };
  return () => found;
}
