import type { GroupState } from '@otr/mls';
import { MlsError } from '@otr/mls';
import { type Knock, limits } from '@otr/protocol';
import { dropOwnCommit, planCommit, type Rename, renewsLeaf } from '../core/group/commit.ts';
import { accessKeyOf } from '../core/group/epochKeys.ts';
import { type NewLeaf, newLeaf } from '../core/group/leaf.ts';
import { viewOf } from '../core/group/view.ts';
import { sealedWelcomeLength, sealWelcome } from '../core/invite.ts';
import { fromText, randomId, toText } from '../core/text.ts';
import { silentFor } from '../machine/applyCommit.ts';
import { type Admission, type Planned, planNext, vainWishes, type Wants } from '../machine/commitPlan.ts';
import { isRenewalDue } from '../machine/keyAge.ts';
import { politeBackoff } from '../machine/link.ts';
import { turnDelay } from '../machine/turns.ts';
import { freshSecret } from './newRoom.ts';
import { noNews } from './records.ts';
import type { RelayTalk } from './relayTalk.ts';
import type { Draft, PendingCommit } from './roomParts.ts';
import type { RoomSession } from './roomSession.ts';
import { feedRoom } from './turn.ts';
import { WaitingKnocks } from './waitingKnocks.ts';

/** Welcomes of one commit together with its body, in bytes: they share a frame. */
const frameBytes = limits.relayFrame - 16 * 1024;
/** How often we look whether anything has become due while nothing happens. Milliseconds. */
const lookEvery = 600_000;
/** How soon after joining our own keys are renewed, in milliseconds, at most; more in a large room. */
const renewWithin = 2_000;
const renewPerMember = 20;

/**
 * Makes this member's commits (C1–C4): one at a time, for everything that is wanted; what any member could do, by turns. A
 * lost race is no loss: what is still wanted is planned anew on the winner's epoch.
 */
export class Committer {
  readonly knocks: WaitingKnocks;
  readonly #session: RoomSession;
  readonly #talk: RelayTalk;
  #sending: PendingCommit | null = null;
  #failures = 0;
  /** What any member could do may be done by us now. */
  #isOurTurn = false;
  #hasJustWoken = true;

  constructor(session: RoomSession, talk: RelayTalk) {
    this.#session = session;
    this.#talk = talk;
    this.knocks = new WaitingKnocks(session.parts);
    session.onKnocks(
      (knocks) => this.#hearAll(knocks),
      () => {
        const { group } = session.memory;
        return group ? this.knocks.undecided(group) : [];
      },
    );
  }

  hear(knock: Knock): void {
    this.knocks.hear(knock);
    this.#knocksChanged();
  }

  #hearAll(knocks: readonly Knock[]): void {
    this.knocks.hearAll(knocks);
    if (knocks.length > 0) this.#knocksChanged();
  }

  knockEnded(id: Uint8Array): void {
    if (this.knocks.forget(toText(id))) this.#knocksChanged();
  }

  disconnected(): void {
    this.knocks.clear();
    this.#sending = null;
    this.#isOurTurn = false;
    this.#hasJustWoken = true;
  }

  /** A person here has let somebody in. */
  decided(): void {
    this.#knocksChanged();
  }

  /** After each step: is anything due? */
  look(): void {
    const { memory, closed, timers } = this.#session;
    const { sync, group, commit, stored } = memory;
    if (closed || sync.phase !== 'live' || !group || stored.standing !== 'member') return;
    this.#tellInvites();
    if (commit) {
      if (this.#sending !== commit && !timers.isRunning('commit')) this.send();
      return;
    }
    // A step looks again: what is known here is old after it, and a commit over it would take the place of another.
    if (this.#forgetVain(group)) return;
    const mine = this.#wantsOf(group, this.#isOurTurn);
    if (planNext(mine)) this.#commit(group, mine);
    else if (planNext(this.#wantsOf(group, true))) this.#waitForTurn(group);
    else this.#isOurTurn = false;
    this.#renewLater(group);
    if (!timers.isRunning('look')) timers.start('look', lookEvery, () => this.look());
  }

  /** Sends the pending commit; the same again after a crash or a lost connection. */
  send(): void {
    const { commit } = this.#session.memory;
    if (!commit || this.#sending === commit) return;
    this.#sending = commit;
    this.#talk.begin('commit', this.#send(commit));
  }

  #commit(group: GroupState, wants: Wants): void {
    const planned = planNext(wants);
    if (!planned) return;
    const fits = this.#fitting(group, planned, wants);
    if (!fits) return;
    this.#session.step('commitStored', (draft) => {
      draft.group = fits.group;
      draft.commit = fits.commit;
      draft.erase.push(...fits.erase);
      draft.later.push({ kind: 'commit' });
    });
    this.#isOurTurn = false;
  }

  /** The commit of a plan. Where its welcomes are too large for one frame, some wait for the next. */
  #fitting(group: GroupState, planned: Planned, wants: Wants) {
    for (let plan: Planned | null = planned; plan; ) {
      const { admitted }: Planned = plan;
      const made = this.#make(group, plan);
      const fewer = made ? fittingWelcomes(made) : Math.ceil(admitted.length / 2);
      if (made && fewer >= admitted.length) return made;
      if (made) this.#unmake(made);
      if (admitted.length === 0) return null;
      if (admitted.length === 1 || fewer === 0) {
        for (const { knock } of admitted) this.#dismiss(knock);
        this.#session.timers.start('look', 0, () => this.look());
        return null;
      }
      // One that cannot be added keeps the others out: it is found by halves.
      plan = planNext({ ...wants, admissions: admitted.slice(0, fewer) });
    }
    return null;
  }

  /** Nothing of it was stored: the epoch that it would have opened is forgotten. */
  #unmake({ group, commit }: { group: GroupState; commit: PendingCommit }): void {
    for (const secret of dropOwnCommit(group).erase) secret.fill(0);
    commit.ephemeral?.fill(0);
  }

  /** Nobody here can let it in: the one who knocks need not wait. */
  #dismiss(knock: string): void {
    this.knocks.forget(knock);
    void this.#talk.ask('dismissKnock', { room: this.#session.parts.room, id: fromText(knock) });
  }

  #make(group: GroupState, { plan, admitted, wishes }: Planned) {
    const { memory } = this.#session;
    try {
      const leaf = renewsLeaf(plan) ? this.#newLeaf(group, plan.rename) : null;
      const made = planCommit(group, plan, memory.log?.leaving ?? new Set(), leaf?.profile ?? null);
      const { pending } = made.group;
      if (!pending) throw new Error('a commit that is not pending');
      const commit: PendingCommit = {
        id: randomId(),
        epoch: viewOf(group).epoch,
        accessKey: accessKeyOf(pending).publicKey,
        body: made.body,
        welcomes: this.#welcomes(group, admitted, made.welcome),
        wishes,
        ephemeral: leaf?.ephemeral ?? null,
      };
      return { group: made.group, commit, welcome: made.welcome, erase: made.erase };
    } catch (error) {
      if (!(error instanceof MlsError)) throw error;
      this.#session.around.log('commitRefused', { code: error.code });
      return null;
    }
  }

  #newLeaf(group: GroupState, rename: Rename | null): NewLeaf {
    const view = viewOf(group);
    const { name = '', formerly = null } = view.members.get(view.me) ?? {};
    const { publicKey: identityKey } = this.#session.parts.identity;
    return newLeaf({ identityKey, ...(rename ?? { name, formerly }) });
  }

  #welcomes(group: GroupState, admitted: readonly Admission[], welcome: Uint8Array | null) {
    const waiting = new Map(this.knocks.waiting(group).map((knock) => [knock.id, knock]));
    return admitted.flatMap(({ knock }) => {
      const keys = waiting.get(knock)?.keys;
      if (!keys || !welcome) return [];
      const id = fromText(knock);
      return [{ knock: id, sealed: sealWelcome(keys, id, welcome) }];
    });
  }

  async #send(commit: PendingCommit): Promise<void> {
    const { room } = this.#session.parts;
    const seen = this.#session.memory.log?.cursor ?? 0;
    const { id, epoch, accessKey, body } = commit;
    const welcomes = [...commit.welcomes];
    const answer = await this.#talk.ask('commit', { room, id, epoch, seen, accessKey, body, welcomes });
    if (this.#sending === commit) this.#sending = null;
    if (answer?.ok) for (const { knock } of commit.welcomes) this.knocks.forget(toText(knock));
    if (!answer || this.#session.memory.commit !== commit) return;
    if (answer.ok) {
      this.#failures = 0;
      // While its entry is under way it is not sent again.
      this.#sending = commit;
      this.#talk.expect(answer.value.seq);
      return;
    }
    const { missed, ...error } = answer.error;
    this.#failures += 1;
    const isLost = error.code === 'epochConflict' || error.code === 'epochEnded';
    if (isLost && missed?.length) {
      this.#talk.turn('commitLost', (draft) => this.#talk.takeMissed(draft, missed));
      return;
    }
    if (error.code === 'knockNotFound') {
      this.#askWhoWaits();
      return;
    }
    const passing = error.code === 'rateLimited' || error.code === 'relayUnreachable' || isLost;
    if (!passing) this.#drop();
    const pause = politeBackoff(this.#failures, Math.random(), error.retryAfter);
    this.#session.timers.start('commit', pause, () => this.look());
    if (isLost) this.#talk.catchUp();
  }

  /** Refused for good: what is still wanted is planned anew. */
  #drop(): void {
    this.#talk.turn('commitDropped', drop);
  }

  /** One of those that the commit would have let in waits no longer: entering tells which do. */
  #askWhoWaits(): void {
    this.knocks.clearHeard();
    this.#talk.turn('commitDropped', (draft) => {
      drop(draft);
      if (draft.group) feedRoom(this.#session.parts, draft, { kind: 'connected' });
    });
  }

  #wantsOf(group: GroupState, isOurTurn: boolean): Wants {
    const { memory, parts } = this.#session;
    const view = viewOf(group);
    const leaving = memory.log?.leaving ?? new Set<string>();
    const now = parts.now();
    const admissions = this.knocks.admissions(group, isOurTurn).slice(0, limits.welcomesPerCommit);
    const silent = [...(memory.log?.heard ?? [])].flatMap(([id, { at }]) =>
      now - at >= silentFor ? [id] : [],
    );
    const ownName = view.members.get(view.me)?.name ?? '';
    const name = parts.profileName() ?? '';
    const formerly = view.members.get(view.me)?.formerly;
    return {
      view,
      wishes: memory.wishes,
      admissions,
      departed: isOurTurn ? [...leaving, ...silent] : [],
      leaving,
      renew: this.#mayRenew && isRenewalDue(memory.keyAge, now, this.#hasJustWoken),
      rename: name === ownName ? null : { name, formerly: formerly ?? null },
      freshSecret: freshSecret(),
      now,
    };
  }

  /** Nobody but us asks for these; a room of a thousand does not renew all its keys in the same second. */
  #mayRenew = false;

  #renewLater(group: GroupState): void {
    const { timers, memory, parts } = this.#session;
    if (this.#mayRenew || timers.isRunning('renewal')) return;
    const { members } = viewOf(group);
    const isNew = memory.keyAge.renewedAt === null;
    const within = isNew ? renewWithin + members.size * renewPerMember : renewWithin;
    if (!isRenewalDue(memory.keyAge, parts.now(), this.#hasJustWoken)) {
      this.#hasJustWoken = false;
      return;
    }
    timers.start('renewal', Math.random() * within, () => {
      this.#mayRenew = true;
      this.look();
      this.#mayRenew = false;
      this.#hasJustWoken = false;
    });
  }

  #waitForTurn(group: GroupState): void {
    const { timers, signs } = this.#session;
    if (timers.isRunning('turn')) return;
    const view = viewOf(group);
    const me = view.members.get(view.me);
    if (!me) return;
    const online = [...view.members.values()].flatMap(({ id, leafIndex }) =>
      id === view.me || signs.isOnline(id) ? [leafIndex] : [],
    );
    const delay = turnDelay({ online, ownLeaf: me.leafIndex, luck: Math.random() });
    timers.start('turn', delay, () => {
      this.#isOurTurn = true;
      this.look();
    });
  }

  #forgetVain(group: GroupState): boolean {
    const vain = new Set(vainWishes({ view: viewOf(group), wishes: this.#session.memory.wishes }));
    if (vain.size === 0) return false;
    return this.#session.step('wishesDone', (draft) => {
      draft.wishes = draft.wishes.filter(({ id }) => !vain.has(id));
    }).ok;
  }

  #isTelling = false;

  /** I4: kept until the relay has heard it. */
  #tellInvites(): void {
    const { inviteNews } = this.#session.memory;
    if (this.#isTelling || inviteNews.put.length + inviteNews.remove.length === 0) return;
    if (this.#session.timers.isRunning('inviteNews')) return;
    this.#isTelling = true;
    this.#talk.begin(
      'invites',
      this.#tell(inviteNews).finally(() => {
        this.#isTelling = false;
      }),
    );
  }

  async #tell(news: RoomSession['memory']['inviteNews']): Promise<void> {
    const { room } = this.#session.parts;
    const asked = [
      ...news.put.map((invite) => this.#talk.ask('putInvite', { room, invite })),
      ...news.remove.map((invite) => this.#talk.ask('removeInvite', { room, invite })),
    ];
    const answers = await Promise.all(asked);
    if (answers.some((answer) => !answer)) return;
    const failed = answers.some((answer) => answer && !answer.ok && answer.error.code !== 'inviteNotFound');
    if (failed) {
      this.#session.timers.start('inviteNews', politeBackoff(3, Math.random()), () => this.look());
      return;
    }
    this.#talk.turn('invitesTold', (draft) => {
      if (draft.inviteNews === news) draft.inviteNews = noNews;
    });
  }

  #knocksChanged(): void {
    this.#session.tellSummary();
    this.#session.tellDetails();
    this.look();
  }
}

function drop(draft: Draft): void {
  if (!draft.group) return;
  const dropped = dropOwnCommit(draft.group);
  draft.group = dropped.group;
  draft.erase.push(...dropped.erase);
  if (draft.commit?.ephemeral) draft.erase.push(draft.commit.ephemeral);
  draft.commit = null;
}

/** How many such welcomes fit into a frame beside the commit itself; none where one is larger than any may be. */
function fittingWelcomes({ welcome, commit }: { welcome: Uint8Array | null; commit: PendingCommit }): number {
  if (!welcome) return 0;
  const each = sealedWelcomeLength(welcome.length);
  return each > limits.welcome ? 0 : Math.max(1, Math.floor((frameBytes - commit.body.length) / each));
}
