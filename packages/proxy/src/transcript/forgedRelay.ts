import type { Entry } from '@otr/protocol';
import { viewOf } from '../core/group/view.ts';
import { fromText, sameBytes } from '../core/text.ts';
import { sliceAddress } from '../core/whisper.ts';
import { takeEntries } from '../room/inbox.ts';
import type { RoomMemory, RoomParts } from '../room/roomParts.ts';
import type { RoomSession } from '../room/roomSession.ts';
import { feedOutbox } from '../room/turn.ts';
import { quietSession } from './quietSession.ts';

/** The relay of a forged room: a log, each entry of which all who are in the room take at once. */
export class ForgedRelay {
  readonly #present = new Map<string, RoomSession>();
  #seq = 0;
  #toAppend: { from: RoomSession; id: string }[] = [];

  /** Those in the room by name, in the order in which they came. */
  get present(): ReadonlyMap<string, RoomSession> {
    return this.#present;
  }

  named(name: string): RoomSession {
    const found = this.#present.get(name);
    if (!found) throw new Error('nobody of this name is in the room');
    return found;
  }

  enter(name: string, parts: RoomParts, memory: RoomMemory): void {
    const session = quietSession(parts, memory);
    session.actBy({
      perform: (later) => {
        if (later.kind === 'append') this.#toAppend.push({ from: session, id: later.id });
      },
      look: () => {},
    });
    this.#present.set(name, session);
    sendWaiting(session);
  }

  /** The next place in the log. */
  append(entryFor: (seq: number, reader: RoomSession) => Entry): number {
    this.#seq += 1;
    const seq = this.#seq;
    // Addresses are those of the epoch that it was sent in: nobody has taken it yet.
    const entries = [...this.#present.values()].map((reader) => ({ reader, entry: entryFor(seq, reader) }));
    for (const { reader, entry } of entries) {
      reader.step('received', (draft) => void takeEntries(reader.parts, draft, [entry]));
      sendWaiting(reader);
    }
    return seq;
  }

  /** What waits to be sent, until nothing does. What was sealed for a former epoch has been sealed anew. */
  appendWaiting(): void {
    for (let next = this.#toAppend.shift(); next; next = this.#toAppend.shift()) {
      const { from, id } = next;
      const { store, number } = from.parts;
      const body = store.outbox.body(number, id);
      const epoch = store.outbox.get(number, id)?.epoch ?? null;
      if (!body || epoch === null) continue;
      const slices = store.outbox.slices(number, id);
      this.append((seq, reader) => {
        const own = slices.filter(({ to }) => sameBytes(to, addressOf(reader)));
        return { kind: 'message', seq, id: fromText(id), epoch, slices: own, body };
      });
    }
  }

  close(): void {
    for (const session of this.#present.values()) session.close();
  }
}

/** Its log is as long as the relay's: what waits may go. */
function sendWaiting(session: RoomSession): void {
  session.step('inStep', (draft) => {
    if (draft.group) feedOutbox(session.parts, draft, { kind: 'inStep', epoch: viewOf(draft.group).epoch });
  });
}

function addressOf({ memory: { group } }: RoomSession): Uint8Array {
  const me = group && viewOf(group).members.get(viewOf(group).me);
  if (!group || !me) throw new Error('no member');
  return sliceAddress(group, me.leafIndex);
}
