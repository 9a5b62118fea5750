import type { GroupInvite, RoomSettings } from '@otr/protocol';

/** A change of the room's settings that a person asked for. Applied to what they are when its commit is made. */
export type SettingsChange =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'timer'; readonly disappearAfter: number }
  | { readonly kind: 'roles'; readonly roles: RoomSettings['roles'] }
  | { readonly kind: 'admin'; readonly member: string; readonly admin: boolean }
  | { readonly kind: 'addInvite'; readonly invite: GroupInvite }
  /** `secret` as text. */
  | { readonly kind: 'revokeInvite'; readonly secret: string };

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
      return { ...settings, admins: change.admin ? [...others, change.member] : others };
    }
    case 'addInvite': {
      const others = settings.invites.filter(({ secret }) => secret !== change.invite.secret);
      return { ...settings, invites: [...others, change.invite] };
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

/** Whoever is removed knows all secrets of the settings (G4). `returnSecret` as text. */
export function withNewSecrets(settings: RoomSettings, returnSecret: string): RoomSettings {
  return { ...settings, invites: [], returnSecret };
}

export function withoutExpired(settings: RoomSettings, now: number): RoomSettings {
  const invites = settings.invites.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  return invites.length === settings.invites.length ? settings : { ...settings, invites };
}
