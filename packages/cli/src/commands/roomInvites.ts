import type { LocalClient } from '@otr/client/node';
import type { InviteSummary, LocalResponse, Result } from '@otr/protocol';
import { type Chosen, choose } from '../choose.ts';
import { command } from '../command.ts';
import { done, failed } from '../exit.ts';
import type { Settings } from '../options.ts';
import { iso, localTime } from '../rowText.ts';
import { finish, withRoom } from '../running.ts';
import { jsonLine, plain } from '../terminal.ts';

type Policy = Settings<'uses' | 'expires' | 'approval'>;

const invite = command({
  path: 'room invite',
  arguments: ['<room>'],
  summary: 'Print an invite link of a room. Whoever has it can join and read what is written from then on.',
  notes:
    'Without --uses, --expires and --approval the link is for as many as like, without an end, and stays the same.\n' +
    'With --uses 1 it also verifies: who comes by it and who made it need not compare anything.',
  uses: ['uses', 'expires', 'approval'],
  run: (settings, [wanted = ''], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const invited = await linkOf(client, room, settings);
      if (!invited.ok) return failed(invited.error.message);
      const { link } = invited.value;
      terminal.result(settings.json ? jsonLine({ link }) : link);
      if (verifies(link)) terminal.note(oneTime);
      return done;
    }),
});

const oneTime =
  'Whoever comes by it has verified you, and is asked for: say with otr room invited that you gave it to them, and they are verified, too.';

/** The link of a one-time invite carries the fingerprint of who made it (D7). */
const verifies = (link: string) => /#[^.]+\../.test(link);

function linkOf(
  client: LocalClient,
  room: string,
  { uses, expires, approval }: Policy,
): Promise<Result<LocalResponse<'invite'>>> {
  const isPlain = uses === undefined && expires === undefined && !approval;
  if (isPlain) return client.request('invite', { room });
  return client.request('createInvite', { room, uses: uses ?? null, expiresIn: expires ?? null, approval });
}

const list = command({
  path: 'room invites',
  arguments: ['<room>'],
  summary: 'List the invites of a room: id, what it allows, who made it, link.',
  run: (settings, [wanted = ''], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const details = await client.request('getDetails', { room });
      if (!details.ok) return failed(details.error.message);
      for (const one of details.value.invites) {
        terminal.result(settings.json ? jsonLine(inviteJson(one)) : inviteLine(one));
      }
      return done;
    }),
});

const inviteJson = ({ invite, link, uses, expiresAt, approval, by, at }: InviteSummary) => ({
  ...{ invite, link, uses, expiresAt: expiresAt === null ? null : iso(expiresAt), approval, by, at: iso(at) },
});

function inviteLine({ invite, link, uses, expiresAt, approval, by, at }: InviteSummary): string {
  const policy = [
    uses === null ? 'any number' : `${uses} more`,
    expiresAt === null ? 'no end' : `until ${localTime(expiresAt)}`,
    ...(approval ? ['with approval'] : []),
    // Others are never told the secret of one that verifies, so there it is no link that they lack.
    ...(link === null || verifies(link) ? ['verifies who comes by it'] : []),
  ].join(', ');
  const shown = link === null ? '(only its maker can show the link)' : plain(link);
  return `${invite}  ${policy}  by ${plain(by)} on ${localTime(at)}  ${shown}`;
}

const revoke = command({
  path: 'room revoke',
  arguments: ['<room>', '<invite>'],
  summary:
    'Revoke an invite: nobody comes in by its link any more. INVITE is its id, its link or the id’s beginning.',
  run: (settings, [wanted = '', which = ''], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const details = await client.request('getDetails', { room });
      if (!details.ok) return failed(details.error.message);
      const found = findInvite(details.value.invites, which);
      if (!found.ok) return failed(found.message);
      const { invite } = found.value;
      return finish(await client.request('revokeInvite', { room, invite }), settings, terminal, { invite });
    }),
});

function findInvite(invites: readonly InviteSummary[], wanted: string): Chosen<InviteSummary> {
  return choose(invites, wanted, {
    what: 'invite',
    listedBy: 'room invites',
    idOf: ({ invite }) => invite,
    nameOf: ({ link }) => link,
  });
}

export const inviteCommands = [invite, list, revoke];
