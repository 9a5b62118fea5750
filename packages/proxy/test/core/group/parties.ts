import { randomBytes } from 'node:crypto';
import { basicCredential, createCommit, createKeyPackage, type GroupState, type Proposal } from '@otr/mls';
import type { RoomSettings } from '@otr/protocol';
import { acceptOwnCommit, type CommitPlan } from '../../../src/core/group/commit.ts';
import { compactSuite, configOf } from '../../../src/core/group/config.ts';
import { createRoom, makeMember } from '../../../src/core/group/create.ts';
import {
  profileExtension,
  profileType,
  settingsExtension,
  settingsType,
} from '../../../src/core/group/extensions.ts';
import { joinRoom } from '../../../src/core/group/join.ts';
import { type Opened, openForRoom } from '../../../src/core/group/messages.ts';
import { viewOf } from '../../../src/core/group/view.ts';
import { leafNamed, planned } from './leaves.ts';

export const nothing: CommitPlan = { add: [], remove: [], settings: null, rename: null, renew: false };
export const nobody: ReadonlySet<string> = new Set();
export const secretText = () => randomBytes(32).toString('base64url');

export function newcomer(name: string, more: { formerly?: string } = {}, suiteId = compactSuite) {
  return makeMember(suiteId, leafNamed(name, more.formerly ?? null), Date.now());
}

/** Fresh keys under the pseudonym of somebody else. */
export function impostor(id: string) {
  const seconds = BigInt(Math.floor(Date.now() / 1_000));
  return createKeyPackage({
    suite: configOf(compactSuite).suite,
    credential: basicCredential(Buffer.from(id, 'base64url')),
    lifetime: { notBefore: seconds - 60n, notAfter: seconds + 3_600n },
    leafExtensions: [profileExtension(leafNamed('Impostor'))],
    capabilities: { extensions: [profileType, settingsType] },
  });
}

/** Members of one room, by name: each with a state of its own, without a relay. */
export class Party {
  readonly room = new Uint8Array(randomBytes(16));
  readonly #groups = new Map<string, GroupState>();

  constructor(first: string, change: Partial<RoomSettings> = {}, suiteId = compactSuite) {
    const settings = (creator: string): RoomSettings => ({
      version: 1,
      name: 'Garden',
      disappearAfter: 0,
      roles: { invite: 'everyone', remove: 'everyone', change: 'everyone' },
      admins: [creator],
      invites: [
        {
          secret: secretText(),
          uses: 3,
          expiresAt: null,
          approval: false,
          by: creator,
          at: 1,
          vouched: false,
        },
      ],
      offTheRecord: false,
      returnSecret: secretText(),
      ...change,
    });
    const profile = leafNamed(first);
    const made = createRoom({ room: this.room, suiteId, profile, settings, now: Date.now() });
    this.#groups.set(first, made.group);
  }

  group(name: string): GroupState {
    const found = this.#groups.get(name);
    if (!found) throw new Error(`${name} is not in the room`);
    return found;
  }

  set(name: string, group: GroupState): void {
    this.#groups.set(name, group);
  }

  view(name: string) {
    return viewOf(this.group(name));
  }

  idOf(name: string): string {
    return this.view(name).me;
  }

  settings(name: string): RoomSettings {
    return this.view(name).settings;
  }

  /** The first member lets them in with one commit. */
  letIn(...names: string[]): void {
    const [by = ''] = this.#groups.keys();
    const suiteId = this.group(by).config.suite.id;
    const members = names.map((name) => newcomer(name, {}, suiteId));
    const { welcome } = this.commit(by, { add: members.map(({ keyPackage }) => keyPackage) });
    for (const [n, member] of members.entries()) {
      const joined = welcome && joinRoom(this.room, [member], welcome);
      if (!joined) throw new Error('a welcome that does not open');
      this.#groups.set(names[n] ?? '', joined.group);
    }
  }

  /** A commit that all others take; who is removed by it is no longer here. */
  commit(by: string, plan: Partial<CommitPlan>, leaving = nobody) {
    const made = planned(this.group(by), { ...nothing, ...plan }, leaving);
    const opened = new Map<string, Opened>();
    for (const [name, group] of this.#groups) {
      if (name !== by) opened.set(name, this.take(name, openForRoom(group, made.body, leaving)));
    }
    const accepted = acceptOwnCommit(made.group);
    this.#groups.set(by, accepted.group);
    return { ...made, changes: accepted.changes, opened };
  }

  take(name: string, opened: Opened): Opened {
    if (opened.kind === 'message' || opened.kind === 'commit') this.#groups.set(name, opened.group);
    if (opened.kind === 'removed') this.#groups.delete(name);
    return opened;
  }

  /** The commit of a member whose own proxy keeps no rule. */
  forged(by: string, proposals: readonly Proposal[]): Uint8Array {
    const group = this.group(by);
    return createCommit({ ...group, config: configOf(group.config.suite.id) }, { proposals, path: true }).send
      .commit;
  }

  change(settings: RoomSettings): Proposal {
    return { type: 'groupContextExtensions', extensions: [settingsExtension(settings)] };
  }

  removal(by: string, name: string): Proposal {
    const leafIndex = this.view(by).members.get(this.idOf(name))?.leafIndex;
    if (leafIndex === undefined) throw new Error(`${name} is not in the room`);
    return { type: 'remove', leafIndex };
  }
}

/** What must come with every removal. */
export function withNewSecrets(settings: RoomSettings): RoomSettings {
  return { ...settings, invites: [], returnSecret: secretText() };
}
