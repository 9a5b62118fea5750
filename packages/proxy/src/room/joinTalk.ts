import type { RelayMessage, WireError } from '@otr/protocol';
import { joinRoom, keyPackageRefOf, keyPackagesOf } from '../core/group/join.ts';
import { viewOf } from '../core/group/view.ts';
import { inviteKeysOf, openWelcome, sealKnock } from '../core/invite.ts';
import { randomId, sameBytes, toText } from '../core/text.ts';
import { politeBackoff } from '../machine/link.ts';
import { isFree, outboxOf } from '../machine/outbox.ts';
import { newLog } from '../machine/roomLog.ts';
import { noticeRow } from '../machine/rows.ts';
import { nobodyKnown, withLeaf } from '../machine/whoIsWho.ts';
import { introduceFirst } from './introduce.ts';
import { makeJoin, ownLeaf } from './newRoom.ts';
import { newKeys } from './records.ts';
import type { RelayTalk } from './relayTalk.ts';
import { type Draft, type Join, type RoomParts, writeRow } from './roomParts.ts';
import type { RoomSession } from './roomSession.ts';
import { showOwn } from './sealItem.ts';
import { changeReason, feedRoom } from './turn.ts';

const refusals: Partial<Record<WireError['code'], string>> = {
  inviteNotFound:
    'This invite does not work any more: it was used up, withdrawn, or its time is over. Ask for another.',
  roomNotFound: 'The relay does not know this room. Ask for another invite.',
};
const dismissedSentence =
  'This invite was just used up or withdrawn, or a member of the room has declined. Ask them for another invite.';
/** Refusals of a fresh knock that are waited out in silence. */
const patience = 3;
const badWelcome = 'Somebody answered with a welcome that does not open. Use the invite once more.';

/** Knocks until a member lets us in (I2, I3). */
export class JoinTalk {
  readonly #session: RoomSession;
  readonly #talk: RelayTalk;
  #failures = 0;
  /** The knock that is under way has ended already: the relay's batches tell of that before they answer (N5). */
  #hasEnded = false;

  constructor(session: RoomSession, talk: RelayTalk) {
    this.#session = session;
    this.#talk = talk;
  }

  /** The same knock again asks what became of it (N4). */
  knock(): void {
    this.#talk.begin('knock', this.#knock());
  }

  welcomed({ id, seq, sealed }: RelayMessage<'welcome'>): void {
    if (this.#isOurs(id)) this.#enter(seq, sealed);
  }

  dismissed({ id }: RelayMessage<'knockDismissed'>): void {
    if (!this.#isOurs(id)) return;
    this.#hasEnded = true;
    this.#stop(dismissedSentence);
  }

  /** N4: the key package that still waits is ours. */
  answerKeys(): void {
    const { join } = this.#session.memory;
    if (!join) return;
    void this.#talk.ask('allKeys', { room: this.#session.parts.room, keys: [keyPackageRefOf(join.keys)] });
  }

  async #knock(): Promise<void> {
    const { join } = this.#session.memory;
    const { room } = this.#session.parts;
    const { challenge } = this.#talk;
    if (!join || !challenge) return;
    if (isStale(join, this.#session.parts.now())) return this.#knockAnew(join);
    const keys = inviteKeysOf(join.secret, room);
    this.#hasEnded = false;
    const answer = await this.#talk.ask('knock', {
      room,
      id: join.id,
      invite: keys.publicKey,
      signature: keys.sign(challenge, room),
      keyPackageRef: keyPackageRefOf(join.keys),
      sealed: sealKnock(keys, join.id, this.#contentOf(join)),
    });
    if (!answer || this.#session.memory.join !== join) return;
    if (!answer.ok) return this.#refused(answer.error);
    if (answer.value.state === 'admitted') return this.#enter(answer.value.seq, answer.value.sealed);
    this.#failures = 0;
    if (this.#hasEnded) return;
    this.#talk.turn('knocked', (draft) => changeReason(this.#session.parts, draft, null));
  }

  /** The key packages of a knock that waited for weeks are no longer taken. */
  #knockAnew(join: Join): void {
    const { id, formerly } = join;
    const { parts } = this.#session;
    void this.#talk.ask('withdrawKnock', { room: parts.room, id });
    this.#talk.turn('knockRenewed', (draft) => {
      draft.join = makeJoin(join, ownLeaf(parts, formerly), parts.now());
      draft.later.push({ kind: 'knock' });
    });
  }

  #contentOf({ keys, formerly }: Join) {
    const name = this.#session.parts.profileName() ?? '';
    const keyPackages = keyPackagesOf(keys).map(toText);
    return { version: 1 as const, name, keyPackages, ...(formerly !== null && { formerly }) };
  }

  #enter(seq: number, sealed: Uint8Array): void {
    const { parts, memory } = this.#session;
    const { join } = memory;
    if (!join) return;
    const welcome = openWelcome(inviteKeysOf(join.secret, parts.room), join.id, sealed);
    const joined = welcome && joinRoom(parts.room, join.keys, welcome);
    if (!joined) {
      this.#failures += 1;
      this.#stop(badWelcome);
      this.#knockAgain(this.#failures + 4);
      return;
    }
    this.#failures = 0;
    this.#talk.turn('joined', (draft) => {
      draft.group = joined.group;
      draft.erase.push(...joined.erase);
      draft.join = null;
      draft.wayBack = null;
      // Who is never heard of from now on has been silent since now.
      const heard = { counter: null, at: parts.now() };
      const members = [...viewOf(joined.group).members.keys()];
      draft.log = { ...newLog(seq, null), heard: new Map(members.map((id) => [id, heard])) };
      draft.keyAge = newKeys;
      draft.who = { ...withLeaf(nobodyKnown, join.ephemeral), cameBy: join.cameBy };
      noteSettled(parts, draft);
      sealAnew(parts, draft);
      noteJoined(this.#session, draft, seq, join.formerly !== null);
      introduceFirst(parts, draft);
      feedRoom(parts, draft, { kind: 'connected' });
    });
  }

  #refused(error: WireError): void {
    this.#failures += 1;
    const sentence = refusals[error.code];
    const passing = error.code === 'rateLimited' || error.code === 'relayUnreachable';
    // Whoever made the link may be telling the relay of it right now.
    const mayPass = passing || (sentence !== undefined && this.#failures <= patience);
    if (!mayPass) this.#stop(sentence ?? error.message);
    this.#knockAgain(this.#failures + (mayPass ? 0 : 4), error.retryAfter);
  }

  #knockAgain(failures: number, retryAfter?: number): void {
    const pause = politeBackoff(failures, Math.random(), retryAfter);
    this.#session.timers.start('knock', pause, () => this.knock());
  }

  #stop(reason: string): void {
    this.#talk.turn('notJoined', (draft) => changeReason(this.#session.parts, draft, reason));
  }

  #isOurs(id: Uint8Array): boolean {
    const { join } = this.#session.memory;
    return join !== null && sameBytes(join.id, id);
  }
}

/** Within a day of the end of their lifetime, in seconds since 1970. */
function isStale({ keys }: Join, now: number): boolean {
  const soon = BigInt(Math.floor(now / 1_000)) + 86_400n;
  return keys.some(({ keyPackage: { leafNode } }) => {
    const { source } = leafNode;
    return source.kind === 'keyPackage' && source.lifetime.notAfter < soon;
  });
}

/**
 * What waits was queued under a former leaf of ours: the new one counts from 1 (M5). What that one sealed may be in the log
 * already, where we cannot read: it goes under another id, since the relay would answer the old one with the old place.
 */
function sealAnew(parts: RoomParts, draft: Draft): void {
  const { store, number } = parts;
  const items = store.outbox.of(number);
  for (const { id } of items) store.outbox.remove(number, id);
  const said = items.filter(({ content }) => content.kind !== 'identify' && content.kind !== 'words');
  // Before we came in, it was not known that everything is whispered here (D9).
  const everybody = draft.stored.offTheRecord ? 'everyone' : null;
  const ids = said.map(({ id, content, at, counter, ...item }) => {
    const whisperTo = item.whisperTo ?? (content.kind === 'leave' ? null : everybody);
    const whispered = whisperTo !== null && { whisperTo };
    if (counter === null) {
      store.outbox.add(number, id, content, at, { ...whispered });
      return { id, content };
    }
    const next = toText(randomId());
    if (store.timeline.get(number, id)) draft.gone.push(id);
    store.timeline.remove(number, [id]);
    const place = store.outbox.add(number, next, content, at, { ...whispered });
    showOwn(parts, draft, { id: next, number: place, content, at, recipients: null, whisperTo }, null);
    return { id: next, content };
  });
  draft.outbox = outboxOf(
    ids.map(({ id, content }) => ({ id, sealedFor: null, acknowledged: null, free: isFree(content) })),
  );
}

/** Before the first row of it is written: in a room off the record none of them reaches a disk (D9). */
function noteSettled(parts: RoomParts, draft: Draft): void {
  if (!draft.group || !viewOf(draft.group).settings.offTheRecord) return;
  draft.stored = parts.store.rooms.change(draft.stored, { offTheRecord: true });
}

/** From here on the room's messages are for us. */
function noteJoined({ parts }: RoomSession, draft: Draft, seq: number, returned: boolean): void {
  const { name } = draft.group ? viewOf(draft.group).settings : draft.stored;
  draft.stored = parts.store.rooms.change(draft.stored, { standing: 'member', reason: null, name });
  const place = { room: parts.ref, seq, now: parts.now() };
  writeRow(parts, draft, noticeRow(place, returned ? 'youReturned' : 'youJoined', {}));
}
