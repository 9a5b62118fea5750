import type { Entry, EnvelopeEntry, Registration, RelayRequest, RelayResultSent } from '@otr/protocol';
import { type Relay, startRelay } from '@otr/relay';
import { Person } from '../../packages/proxy/test/chat/person.ts';
import { startTamperingRelay, type TamperingRelay } from './tamperingRelay.ts';

/** Ann (visitor 0) and Bob (visitor 1) in a room, both connected through a relay that lies when told to. */
export type Scene = {
  relay: TamperingRelay;
  ann: Person;
  bob: Person;
  room: string;
  /** One more person, connected through the same relay. */
  person(name: string): Person;
  /** Changes what Bob is shown, live and fetched. */
  tamperForBob(change: (entry: Entry) => Entry[]): void;
  /** The list of members that this visitor is given on entering holds these too. */
  addToListFor(visitorIndex: number, more: Registration[]): void;
  /** Public keys that each envelope was sealed for, in the order of appending. */
  sealedFor: Uint8Array[][];
  close(): Promise<void>;
};

export async function openScene(): Promise<Scene> {
  const trueRelay: Relay = await startRelay({ host: '127.0.0.1', port: 0, data: ':memory:' });
  const relay = await startTamperingRelay(trueRelay.url);
  const people: Person[] = [];
  const person = (name: string) => {
    const one = new Person({ relayUrl: relay.url, name });
    people.push(one);
    return one;
  };
  const sealedFor: Uint8Array[][] = [];
  relay.watch((event, request) => {
    if (event !== 'append') return;
    const { slices } = request as RelayRequest<'append'>;
    sealedFor.push(slices.map(({ to }) => new Uint8Array(to)));
  });

  const ann = person('Ann');
  const room = await ann.create('Garden');
  await ann.until(() => ann.room(room)?.state === 'joined');
  const bob = person('Bob');
  await bob.joins(ann, room);
  await ann.until(() => ann.room(room)?.memberCount === 2);

  return {
    relay,
    ann,
    bob,
    room,
    person,
    sealedFor,
    tamperForBob(change) {
      relay.tamper({ entry: (entry, { index }) => (index === 1 ? change(entry) : [entry]) });
    },
    addToListFor(visitorIndex, more) {
      relay.tamper({
        answer(event, answer, visitor) {
          const entered = answer as RelayResultSent<'enterRoom'>;
          if (event !== 'enterRoom' || !entered.ok || visitor.index !== visitorIndex) return answer;
          const registrations = [...entered.value.registrations, ...more];
          return { ...entered, value: { ...entered.value, registrations } };
        },
      });
    },
    async close() {
      await Promise.all(people.map((one) => one.close()));
      await relay.close();
      await trueRelay.close();
    },
  };
}

export function flipBit(bytes: Uint8Array, at = 20): Buffer {
  const copy = Buffer.from(bytes);
  copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ 1;
  return copy;
}

/** The entry with its slices' ciphertexts changed; entries of other kinds as they are. */
export function withSlices(entry: Entry, change: (ciphertext: Uint8Array) => Uint8Array): Entry {
  if (entry.kind !== 'envelope') return entry;
  return {
    ...entry,
    slices: entry.slices.map((slice) => ({ ...slice, ciphertext: change(slice.ciphertext) })),
  };
}

export function isEnvelope(entry: Entry): entry is EnvelopeEntry {
  return entry.kind === 'envelope';
}
