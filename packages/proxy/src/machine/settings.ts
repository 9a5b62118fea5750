import { type GroupInvite, limits, type RoomSettings } from '@otr/protocol';

/** A change of the room's settings that a person asked for. Applied to what they are when its commit is made. */
export type SettingsChange =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'timer'; readonly disappearAfter: number }
  | { readonly kind: 'roles'; readonly roles: RoomSettings['roles'] }
  | { readonly kind: 'admin'; readonly member: string; readonly admin: boolean }
  | { readonly kind: 'addInvite'; readonly invite: GroupInvite }
  /** `secret` as text. */
  | { readonly kind: 'revokeInvite'; readonly secret: string };

/** What has no room changes nothing: others may have filled it meanwhile. */
export function changeSettings(settings: RoomSettings, change: SettingsChange): RoomSettings {
  switch (change.kind) {
    case 'name':
      return { ...settings, name: change.name };
    case 'timer':
      return { ...settings, disappearAfter: change.disappearAfter };
    case 'roles':
      return { ...settings, roles: change.roles };
    case 'admin': {
      const others = settings.admins.filter((id) => id !== change.member);
      if (!change.admin) return { ...settings, admins: others };
      if (settings.admins.includes(change.member) || others.length >= limits.admins) return settings;
      return { ...settings, admins: [...others, change.member] };
    }
    case 'addInvite': {
      const others = settings.invites.filter(({ secret }) => secret !== change.invite.secret);
      const isFull = others.length >= limits.invitesOfRoom;
      return isFull ? settings : { ...settings, invites: [...others, change.invite] };
    }
    case 'revokeInvite':
      return { ...settings, invites: settings.invites.filter(({ secret }) => secret !== change.secret) };
  }
}

/** One more came in by an invite. */
export function useInvite(settings: RoomSettings, secret: string): RoomSettings {
  const invites = settings.invites.flatMap((invite) => {
    if (invite.secret !== secret || invite.uses === null) return [invite];
    return invite.uses > 1 ? [{ ...invite, uses: invite.uses - 1 }] : [];
  });
  return { ...settings, invites };
}

/** Whoever is removed knows all secrets of the settings, and is no admin any more (G4). `returnSecret` as text. */
export function withoutMembers(
  settings: RoomSettings,
  removed: ReadonlySet<string>,
  returnSecret: string,
): RoomSettings {
  const admins = settings.admins.filter((id) => !removed.has(id));
  return { ...settings, admins, invites: [], returnSecret };
}

export function withoutExpired(settings: RoomSettings, now: number): RoomSettings {
  const invites = settings.invites.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  return invites.length === settings.invites.length ? settings : { ...settings, invites };
}
