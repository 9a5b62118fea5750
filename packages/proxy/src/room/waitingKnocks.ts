import type { GroupState, KeyPackage } from '@otr/mls';
import { type Knock, limits } from '@otr/protocol';
import { readProfile } from '../core/group/extensions.ts';
import { keyPackageFor } from '../core/group/join.ts';
import { hasRight, identityOf, type RoomView, viewOf } from '../core/group/view.ts';
import { type InviteKeys, inviteKeysOf, openKnock } from '../core/invite.ts';
import { fromText, sameBytes, toText } from '../core/text.ts';
import type { Admission } from '../machine/commitPlan.ts';
import type { RoomParts } from './roomParts.ts';

/** Somebody who waits at the room's door, as far as we could read its knock. */
export interface WaitingKnock {
  readonly id: string;
  readonly name: string;
  readonly at: number;
  /** A person has to decide. */
  readonly approval: boolean;
  readonly formerly: string | null;
  readonly admission: Admission;
  readonly keys: InviteKeys;
  /** When its invite ends; null where it has no end. */
  readonly until: number | null;
}

/** Whether we may let it in: who comes back takes the place of its former leaf. */
export function mayDecide(view: RoomView, { formerly }: Pick<WaitingKnock, 'formerly'>): boolean {
  return hasRight(view, view.me, 'invite') && (formerly === null || hasRight(view, view.me, 'remove'));
}

/** D2: the way back is for the identity that was here. */
function isSamePerson(view: RoomView, formerly: string | null, { leafNode }: KeyPackage): boolean {
  const was = formerly === null ? undefined : view.members.get(formerly);
  const profile = readProfile(leafNode.extensions);
  return was !== undefined && profile !== null && sameBytes(was.identityKey, fromText(profile.identityKey));
}

/** The knocks that wait for this room's members, and what a person here has said to them. Not stored. */
export class WaitingKnocks {
  readonly #parts: RoomParts;
  readonly #heard = new Map<string, { knock: Knock; at: number }>();
  readonly #approved = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #read = new Map<string, WaitingKnock | null>();
  #readIn: RoomView | null = null;

  constructor(parts: RoomParts) {
    this.#parts = parts;
  }

  /** Who waited when we entered, as the answer tells: what has ended since we asked is in it too. */
  hearAll(knocks: readonly Knock[]): void {
    for (const knock of knocks) if (!this.#ended.has(toText(knock.id))) this.hear(knock);
    this.#ended.clear();
  }

  hear(knock: Knock): void {
    const id = toText(knock.id);
    if (this.#heard.has(id) || this.#heard.size >= limits.waitingKnocks) return;
    this.#heard.set(id, { knock, at: this.#parts.now() });
  }

  forget(id: string): boolean {
    if (this.#ended.size < limits.waitingKnocks) this.#ended.add(id);
    this.#approved.delete(id);
    this.#read.delete(id);
    return this.#heard.delete(id);
  }

  /** What a person here has decided stays. */
  clearHeard(): void {
    this.#heard.clear();
  }

  clear(): void {
    this.#heard.clear();
    this.#approved.clear();
  }

  approve(id: string): void {
    this.#approved.add(id);
  }

  /** Those that are genuine under an invite of the epoch. A knock that nobody here can read is left to its sender. */
  waiting(group: GroupState): WaitingKnock[] {
    const view = viewOf(group);
    // Each is opened once in an epoch: this is asked after every step.
    if (view !== this.#readIn) this.#read.clear();
    this.#readIn = view;
    const now = this.#parts.now();
    return [...this.#heard].flatMap(([id, { knock, at }]) => {
      const known = this.#read.get(id);
      const read = known === undefined ? this.#open(group, knock, at) : known;
      this.#read.set(id, read);
      return read === null || (read.until !== null && read.until <= now) ? [] : [read];
    });
  }

  /** Those that may come in now; only those that a person here has let in where it is not our turn. */
  admissions(group: GroupState, isOurTurn: boolean): Admission[] {
    return this.waiting(group).flatMap(({ id, approval, admission }) =>
      this.#approved.has(id) || (isOurTurn && !approval) ? [admission] : [],
    );
  }

  /** Those that wait for the decision of a person here. */
  undecided(group: GroupState): WaitingKnock[] {
    const view = viewOf(group);
    return this.waiting(group).filter(
      (knock) => knock.approval && !this.#approved.has(knock.id) && mayDecide(view, knock),
    );
  }

  #open(group: GroupState, knock: Knock, at: number): WaitingKnock | null {
    const view = viewOf(group);
    const found = this.#inviteOf(group, knock.invite);
    if (!found) return null;
    const content = openKnock(found.keys, knock.id, knock.sealed);
    const keyPackage = content && keyPackageFor(group.config.suite.id, content.keyPackages.map(fromText));
    if (!content || !keyPackage) return null;
    // Its commit is at its place already, before the relay has said that it waits no longer.
    if (view.members.has(identityOf(keyPackage.leafNode.credential))) return null;
    const formerly = content.formerly !== undefined && found.invite === null ? content.formerly : null;
    // The way back is for those who were here; anyone else needs an invite.
    if (found.invite === null && !isSamePerson(view, formerly, keyPackage)) return null;
    const id = toText(knock.id);
    return {
      id,
      name: content.name,
      at,
      approval: found.approval,
      formerly,
      admission: { knock: id, invite: found.invite, keyPackage, formerly },
      keys: found.keys,
      until: found.until,
    };
  }

  /** `invite` is its secret as text, null for the way back. */
  #inviteOf(group: GroupState, publicKey: Uint8Array) {
    const { settings } = viewOf(group);
    for (const { secret, approval, expiresAt } of settings.invites) {
      const keys = this.#keysOf(secret);
      if (sameBytes(keys.publicKey, publicKey)) return { keys, approval, invite: secret, until: expiresAt };
    }
    const keys = this.#keysOf(settings.returnSecret);
    return sameBytes(keys.publicKey, publicKey) ? { keys, approval: true, invite: null, until: null } : null;
  }

  readonly #known = new Map<string, InviteKeys>();

  #keysOf(secret: string): InviteKeys {
    const keys = this.#known.get(secret) ?? inviteKeysOf(fromText(secret), this.#parts.room);
    if (this.#known.size > 4 * limits.invitesOfRoom) this.#known.clear();
    this.#known.set(secret, keys);
    return keys;
  }
}
