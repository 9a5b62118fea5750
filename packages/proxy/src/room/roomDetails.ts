import type { InviteSummary, RoomDetails } from '@otr/protocol';
import { defaultSuite } from '../core/group/config.ts';
import { hasRight, type RoomView, viewOf } from '../core/group/view.ts';
import { fingerprintOf } from '../core/identity/identity.ts';
import { inviteKeysOf } from '../core/invite.ts';
import { formatInviteLink } from '../core/inviteLink.ts';
import { fromText, toText } from '../core/text.ts';
import { guestName } from '../machine/members.ts';
import type { RoomMemory, RoomParts } from './roomParts.ts';
import type { WaitingKnock } from './waitingKnocks.ts';

const suiteNames: Readonly<Record<number, string>> = {
  [defaultSuite]: 'X-Wing (X25519 and ML-KEM-768), AES-256-GCM, Ed25519',
  1: 'X25519, AES-128-GCM, Ed25519',
};

/** What a room's settings show. */
export function detailsOf(
  parts: RoomParts,
  memory: RoomMemory,
  undecided: readonly WaitingKnock[],
): RoomDetails {
  const { group, keyAge, commit } = memory;
  const view = group && viewOf(group);
  const roles = view?.settings.roles ?? { invite: 'admins', remove: 'admins', change: 'admins' };
  return {
    room: parts.ref,
    suite: group ? (suiteNames[group.config.suite.id] ?? group.config.suite.name) : '',
    epoch: view?.epoch ?? 0,
    memberCount: view?.members.size ?? 0,
    keysRenewedAt: keyAge.renewedAt,
    renewalPending: commit?.ephemeral != null,
    disappearAfter: view?.settings.disappearAfter ?? 0,
    roles,
    invites: view ? invitesOf(parts, memory, view) : [],
    knocks: undecided.map(({ id, name, at, approval, formerly }) => {
      const returning = formerly === null ? undefined : view && parts.names(view).get(formerly);
      return {
        id,
        name: name || guestName(''),
        at,
        approval,
        ...(returning !== undefined && returning !== null && { returning }),
      };
    }),
  };
}

function linkOf({ room }: RoomParts, relayUrl: string, secret: string): string {
  return formatInviteLink({ relayUrl, room, secret: fromText(secret), fingerprint: null });
}

/** D7: what its link holds beside the group's secret only its maker knows. */
export function vouchedLink(
  { room, identity }: RoomParts,
  relayUrl: string,
  { vouchers }: RoomMemory['who'],
  secret: string,
): string | null {
  const found = vouchers.find((one) => one.secret === secret);
  const fingerprint = fingerprintOf(identity.publicKey);
  return found ? formatInviteLink({ relayUrl, room, secret: found.voucher, fingerprint }) : null;
}

/** The links are secrets: only those who may invite are shown them. */
function invitesOf(parts: RoomParts, { stored, who }: RoomMemory, view: RoomView): InviteSummary[] {
  if (!hasRight(view, view.me, 'invite')) return [];
  const names = parts.names(view);
  return view.settings.invites.map(({ secret, uses, expiresAt, approval, by, at, vouched }) => ({
    invite: toText(inviteKeysOf(fromText(secret), parts.room).publicKey),
    link: vouched ? vouchedLink(parts, stored.relayUrl, who, secret) : linkOf(parts, stored.relayUrl, secret),
    uses,
    expiresAt,
    approval,
    by: names.get(by) ?? '',
    at,
  }));
}
