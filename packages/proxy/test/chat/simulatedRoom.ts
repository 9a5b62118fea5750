import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { GroupState, Member as KeyedMember } from '@otr/mls';
import type { Content, Entry, GroupInvite, LeafProfile, RelayMessage } from '@otr/protocol';
import { TestClient } from '../../../relay/test/testClient.ts';
import { acceptOwnCommit, type CommitPlan } from '../../src/core/group/commit.ts';
import { compactSuite } from '../../src/core/group/config.ts';
import { createRoom, makeMember } from '../../src/core/group/create.ts';
import { accessKeyOf, authenticatorOf } from '../../src/core/group/epochKeys.ts';
import { joinRoom, keyPackageFor } from '../../src/core/group/join.ts';
import { openForRoom, sealForRoom } from '../../src/core/group/messages.ts';
import { viewOf } from '../../src/core/group/view.ts';
import { inviteKeysOf, openKnock, sealWelcome } from '../../src/core/invite.ts';
import { formatInviteLink } from '../../src/core/inviteLink.ts';
import { decodePayload, encodePayload } from '../../src/core/payloadCodec.ts';
import { fromText, randomId, toText } from '../../src/core/text.ts';
import { leafNamed, planned } from '../core/group/leaves.ts';

/** One member of the room whose proxy is simulated: its group, and what it has heard. */
export interface Simulated {
  group: GroupState;
  counter: number;
  /** Texts. */
  readonly heard: string[];
  /** Everything, by whom: what a member hears, its proxy could use. */
  readonly told: { readonly from: string; readonly content: Content }[];
}

export const nothingToDo: CommitPlan = { add: [], remove: [], settings: null, rename: null, renew: false };

/** So many are added by one commit: their key packages share a frame. */
const batch = 200;
const nobody: ReadonlySet<string> = new Set();

/**
 * A room of many members at a real relay. All have keys and a leaf; only some, `voices`, have a state and can act. One
 * connection speaks for them: the relay knows no members.
 */
export class SimulatedRoom {
  readonly room = new Uint8Array(randomBytes(16));
  readonly voices: Simulated[] = [];
  readonly #client: TestClient;
  readonly #url: string;
  readonly #secret = new Uint8Array(randomBytes(32));
  readonly #admitted = new Set<string>();
  #cursor = 0;

  private constructor(client: TestClient, url: string) {
    this.#client = client;
    this.#url = url;
  }

  /** `size` members, so many of whom can act; the first has made the room. */
  static async open(
    url: string,
    size: number,
    voices: number,
    suiteId = compactSuite,
    leaf = leafNamed('Creator'),
  ): Promise<SimulatedRoom> {
    const made = new SimulatedRoom(await TestClient.connect(url), url);
    await made.#create(suiteId, leaf);
    while (made.size < size) await made.#grow(Math.min(batch, size - made.size), voices, suiteId);
    return made;
  }

  get size(): number {
    return viewOf(this.creator.group).members.size;
  }

  get creator(): Simulated {
    return this.voice(0);
  }

  voice(index: number): Simulated {
    const found = this.voices[index];
    if (!found) throw new Error('nobody there');
    return found;
  }

  get link(): string {
    return formatInviteLink({
      relayUrl: this.#url,
      room: this.room,
      secret: this.#secret,
      fingerprint: null,
    });
  }

  /** A commit of this member's at the relay; all others take it. */
  async commit(
    member: Simulated,
    plan: Partial<CommitPlan>,
    welcomes: (welcome: Uint8Array) => Welcomes = () => [],
  ) {
    const made = planned(member.group, { ...nothingToDo, ...plan });
    const { welcome } = made;
    await this.send(member, made.group, made.body, welcome ? welcomes(welcome) : []);
    return { body: made.body, welcome };
  }

  /** One more member that can act, let in by a commit of the creator's that may do more. */
  async addVoice(profile: LeafProfile, plan: Partial<CommitPlan> = {}): Promise<Simulated> {
    const joiner = makeMember(this.creator.group.config.suite.id, profile, Date.now());
    const { welcome } = await this.commit(this.creator, { ...plan, add: [joiner.keyPackage] });
    return this.#join(joiner, welcome);
  }

  /** The relay takes a commit that is made already: it cannot judge it. */
  async send(
    member: Simulated,
    withPending: GroupState,
    body: Uint8Array,
    welcomes: Welcomes = [],
  ): Promise<void> {
    const { pending } = withPending;
    if (!pending) throw new Error('no commit to send');
    member.group = withPending;
    await this.#client.done('commit', {
      room: this.room,
      id: randomId(),
      epoch: viewOf(withPending).epoch,
      seen: this.#cursor,
      accessKey: accessKeyOf(pending).publicKey,
      body,
      welcomes,
    });
    await this.catchUp();
  }

  /** Lets in the next who knocks by the room's invite. */
  async admit(): Promise<void> {
    const isNew = ({ knock }: RelayMessage<'knock'>) => !this.#admitted.has(toText(knock.id));
    const { knock } = await this.#client.next('knock', isNew);
    this.#admitted.add(toText(knock.id));
    const keys = inviteKeysOf(this.#secret, this.room);
    const content = openKnock(keys, knock.id, knock.sealed);
    const { suite } = this.creator.group.config;
    const keyPackage = content && keyPackageFor(suite.id, content.keyPackages.map(fromText));
    if (!keyPackage) throw new Error('a knock that does not open');
    await this.commit(this.creator, { add: [keyPackage] }, (welcome) => [
      { knock: knock.id, sealed: sealWelcome(keys, knock.id, welcome) },
    ]);
  }

  async say(member: Simulated, text: string): Promise<void> {
    await this.speak(member, { kind: 'text', version: 1, text });
  }

  /** Whatever a proxy could say, and one that keeps no rule. */
  async speak(member: Simulated, content: Content): Promise<void> {
    const id = randomId();
    member.counter += 1;
    const authenticator = authenticatorOf(member.group);
    const proof = { id: toText(id), counter: member.counter, authenticator, at: Date.now() };
    const sealed = sealForRoom(member.group, encodePayload({ version: 1, proof, content }));
    member.group = sealed.group;
    const { epoch } = viewOf(member.group);
    const request = { room: this.room, id, epoch, seen: this.#cursor, slices: [], body: sealed.body };
    await this.#client.done('append', request);
    await this.catchUp();
  }

  /** Until every voice knows all that is in the log. */
  async catchUp(): Promise<void> {
    for (;;) {
      const request = { room: this.room, after: this.#cursor, limit: 500 };
      const { entries } = await this.#client.done('fetch', request);
      if (entries.length === 0) return;
      for (const entry of entries) {
        for (const voice of this.voices) take(voice, entry);
        this.#cursor = entry.seq;
      }
      if (entries.some(({ kind }) => kind === 'commit')) await this.#enter();
    }
  }

  /** Looks at the log until it holds what is waited for. */
  async until(holds: () => boolean): Promise<void> {
    for (; !holds(); await setTimeout(20)) await this.catchUp();
  }

  /** Looks at the log until this is done, which needs that the voices take what others commit. */
  async during<Value>(work: Promise<Value>): Promise<Value> {
    let isDone = false;
    void Promise.allSettled([work]).then(() => {
      isDone = true;
    });
    await this.until(() => isDone);
    return await work;
  }

  close(): void {
    this.#client.close();
  }

  async #create(suiteId: number, profile: LeafProfile): Promise<void> {
    const now = Date.now();
    const { group } = createRoom({
      room: this.room,
      suiteId,
      profile,
      settings: (creator) => ({
        version: 1,
        name: 'Square',
        disappearAfter: 0,
        roles: { invite: 'everyone', remove: 'admins', change: 'admins' },
        admins: [creator],
        invites: [inviteOf(toText(this.#secret), creator, now)],
        offTheRecord: false,
        returnSecret: toText(new Uint8Array(randomBytes(32))),
      }),
      now,
    });
    this.voices.push({ group, counter: 0, heard: [], told: [] });
    const key = accessKeyOf(group);
    const signature = key.sign(this.#client.challenge, this.room);
    await this.#client.done('createRoom', { room: this.room, accessKey: key.publicKey, signature });
    await this.#enter();
    const invite = inviteKeysOf(this.#secret, this.room).publicKey;
    await this.#client.done('putInvite', { room: this.room, invite });
  }

  /** More members; the first of them get a voice where one is wanted. */
  async #grow(count: number, voices: number, suiteId: number): Promise<void> {
    const base = this.size;
    const joiners = Array.from({ length: count }, (_, n) =>
      makeMember(suiteId, leafNamed(`Member ${base + n}`), Date.now()),
    );
    const add = joiners.map(({ keyPackage }) => keyPackage);
    const { welcome } = await this.commit(this.creator, { add, renew: true });
    // Spread over the tree.
    const wanted = Math.min(Math.ceil(voices / 4), voices - this.voices.length, joiners.length);
    for (const joiner of joiners.slice(0, Math.max(wanted, 0))) this.#join(joiner, welcome);
  }

  #join(joiner: KeyedMember, welcome: Uint8Array | null): Simulated {
    const joined = welcome && joinRoom(this.room, [joiner], welcome);
    if (!joined) throw new Error('a welcome that does not open');
    const voice: Simulated = { group: joined.group, counter: 0, heard: [], told: [] };
    this.voices.push(voice);
    return voice;
  }

  async #enter(): Promise<void> {
    const key = accessKeyOf(this.creator.group);
    const signature = key.sign(this.#client.challenge, this.room);
    await this.#client.done('enterRoom', { room: this.room, accessKey: key.publicKey, signature, keys: [] });
  }
}

type Welcomes = { knock: Uint8Array; sealed: Uint8Array }[];

function take(voice: Simulated, { body }: Entry): void {
  const opened = openForRoom(voice.group, body, nobody);
  if (opened.kind === 'own' && voice.group.pending) voice.group = acceptOwnCommit(voice.group).group;
  if (opened.kind === 'message' || opened.kind === 'commit') voice.group = opened.group;
  if (opened.kind === 'refused') throw new Error(`a simulated member refuses an entry: ${opened.code}`);
  if (opened.kind !== 'message') return;
  const decoded = decodePayload(opened.plaintext);
  if (decoded?.kind !== 'known') return;
  const { content } = decoded.payload;
  voice.told.push({ from: opened.from, content });
  if (content.kind === 'text') voice.heard.push(content.text);
}

function inviteOf(secret: string, by: string, at: number): GroupInvite {
  return { secret, uses: null, expiresAt: null, approval: false, by, at, vouched: false };
}
