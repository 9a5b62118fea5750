import type { KeyPackage } from '@otr/mls';
import type { RoomSettings } from '@otr/protocol';
import type { CommitPlan, Rename } from '../core/group/commit.ts';
import { hasRight, isAdmin, type RoomView } from '../core/group/view.ts';
import {
  changeSettings,
  type SettingsChange,
  useInvite,
  withoutExpired,
  withoutMembers,
} from './settings.ts';

/** What a person asked for and no commit has done yet. */
export interface Wish {
  /** Unique in the room. */
  readonly id: string;
  readonly what: SettingsChange | { readonly kind: 'remove'; readonly member: string };
}

/** Somebody who may come in, as far as this proxy is concerned. */
export interface Admission {
  /** Knock id as text. */
  readonly knock: string;
  /** The invite's secret as text; null for who comes back. */
  readonly invite: string | null;
  readonly keyPackage: KeyPackage;
  /** The former pseudonym of who comes back. */
  readonly formerly: string | null;
}

export interface Wants {
  readonly view: RoomView;
  readonly wishes: readonly Wish[];
  readonly admissions: readonly Admission[];
  /** Members who said that they leave, or were silent for too long: anyone's turn. */
  readonly departed: readonly string[];
  readonly leaving: ReadonlySet<string>;
  /** Our own keys are due, or our name is another than in our leaf. */
  readonly renew: boolean;
  readonly rename: Rename | null;
  /** For the case that somebody is removed: 32 fresh bytes as text. */
  readonly freshSecret: string;
  readonly now: number;
}

export interface Planned {
  readonly plan: CommitPlan;
  /** The knocks that it lets in, in the order of `plan.add`. */
  readonly admitted: readonly Admission[];
  /** Ids of the wishes that it fulfils. */
  readonly wishes: readonly string[];
}

/** One commit for everything that is wanted now; null when there is nothing to do (C1). */
export function planNext(wants: Wants): Planned | null {
  const { view, now } = wants;
  const removals = removalsOf(wants);
  const removed = new Set(removals);
  const admitted = admissionsOf(wants, removed);
  const settings = settingsOf(wants, admitted, removed);
  const isSame = JSON.stringify(settings) === JSON.stringify(withoutExpired(view.settings, now));
  const isNeeded = !isSame || removals.length > 0 || admitted.length > 0 || wants.renew || wants.rename;
  if (!isNeeded) return null;
  return {
    plan: {
      add: admitted.map(({ keyPackage }) => keyPackage),
      remove: removals,
      settings: JSON.stringify(settings) === JSON.stringify(view.settings) ? null : settings,
      rename: wants.rename,
      renew: wants.renew,
    },
    admitted,
    wishes: wants.wishes.map(({ id }) => id),
  };
}

/** Wishes that the room does not allow, or that are fulfilled already: nobody waits for them any more. */
export function vainWishes({ view, wishes }: Pick<Wants, 'view' | 'wishes'>): string[] {
  return wishes.filter(({ what }) => !isAllowed(view, what) || isDone(view, what)).map(({ id }) => id);
}

function removalsOf({ view, wishes, departed, leaving, admissions }: Wants): string[] {
  const wished = wishes.flatMap(({ what }) => (what.kind === 'remove' ? [what.member] : []));
  const returning = admissions.flatMap(({ formerly }) => formerly ?? []);
  const mayRemove = hasRight(view, view.me, 'remove');
  return [...new Set([...wished, ...departed, ...returning])].filter(
    (id) => id !== view.me && view.members.has(id) && (mayRemove || leaving.has(id)),
  );
}

/** Who comes back takes the place of its former leaf; who cannot be removed cannot come back by us. */
function admissionsOf({ view, admissions }: Wants, removed: ReadonlySet<string>): Admission[] {
  if (!hasRight(view, view.me, 'invite')) return [];
  const left = new Map(view.settings.invites.map(({ secret, uses }) => [secret, uses]));
  const places = view.capacity - view.members.size + removed.size;
  const welcome = admissions.filter(({ invite, formerly }) => {
    if (formerly !== null) return removed.has(formerly) || !view.members.has(formerly);
    const uses = invite === null ? undefined : left.get(invite);
    if (invite === null || uses === undefined || uses === 0) return false;
    if (uses !== null) left.set(invite, uses - 1);
    return true;
  });
  return welcome.slice(0, places);
}

function settingsOf(
  wants: Wants,
  admitted: readonly Admission[],
  removed: ReadonlySet<string>,
): RoomSettings {
  const { view, wishes, now, freshSecret } = wants;
  let settings = withoutExpired(view.settings, now);
  for (const { invite } of admitted) if (invite !== null) settings = useInvite(settings, invite);
  if (removed.size > 0) settings = withoutMembers(settings, removed, freshSecret);
  for (const { what } of wishes) {
    if (what.kind === 'remove' || !isAllowed(view, what)) continue;
    if (what.kind === 'admin' && removed.has(what.member)) continue;
    settings = changeSettings(settings, what);
  }
  return settings;
}

function isAllowed(view: RoomView, what: Wish['what']): boolean {
  switch (what.kind) {
    case 'remove':
      return hasRight(view, view.me, 'remove');
    case 'name':
    case 'timer':
      return hasRight(view, view.me, 'change');
    case 'roles':
      return isAdmin(view, view.me);
    case 'admin':
      return isAdmin(view, view.me) && view.members.has(what.member);
    case 'addInvite':
    case 'revokeInvite':
      return hasRight(view, view.me, 'invite');
  }
}

function isDone(view: RoomView, what: Wish['what']): boolean {
  if (what.kind === 'remove') return !view.members.has(what.member);
  return JSON.stringify(changeSettings(view.settings, what)) === JSON.stringify(view.settings);
}
