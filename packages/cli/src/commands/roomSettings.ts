import { timeWords } from '@otr/client/node';
import type { RoomDetails } from '@otr/protocol';
import { command } from '../command.ts';
import { done, failed, misused } from '../exit.ts';
import { iso, localTime } from '../rowText.ts';
import { finish, withRoom } from '../running.ts';
import { jsonLine, plain } from '../terminal.ts';
import { duration, oneOf } from '../values.ts';

const details = command({
  path: 'room details',
  arguments: ['<room>'],
  summary:
    'Say how a room is encrypted, when this profile’s keys in it were last renewed, and what its rules are.',
  run: (settings, [wanted = ''], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const answer = await client.request('getDetails', { room });
      if (!answer.ok) return failed(answer.error.message);
      if (settings.json) terminal.result(jsonLine(detailsJson(answer.value)));
      else for (const line of detailsLines(answer.value)) terminal.result(line);
      return done;
    }),
});

function detailsJson(all: RoomDetails) {
  const { room, suite, epoch, memberCount, keysRenewedAt, renewalPending, disappearAfter, roles } = all;
  return {
    ...{ room, suite, epoch, members: memberCount },
    keysRenewedAt: keysRenewedAt === null ? null : iso(keysRenewedAt),
    ...{ renewalPending, disappearAfter, roles, invites: all.invites.length, knocks: all.knocks.length },
  };
}

function detailsLines(all: RoomDetails): string[] {
  const { roles, disappearAfter, keysRenewedAt } = all;
  const renewed = keysRenewedAt === null ? 'never' : localTime(keysRenewedAt);
  return [
    `Suite    ${plain(all.suite)}, epoch ${all.epoch}`,
    `Keys     last renewed ${renewed}${all.renewalPending ? ' (a renewal is not confirmed yet)' : ''}`,
    `Members  ${all.memberCount}`,
    `Timer    ${disappearAfter === 0 ? 'off: messages stay' : `deleted after ${timeWords(disappearAfter)}`}`,
    `Rules    invite: ${roles.invite}, remove: ${roles.remove}, change: ${roles.change}`,
    `Invites  ${all.invites.length}`,
    `Knocks   ${all.knocks.length}`,
  ];
}

const longestTimer = 366 * 86_400_000;

const timer = command({
  path: 'room timer',
  arguments: ['<room>', '<time>'],
  summary: 'Delete messages everywhere so long after they were sent: 30s, 10m, 24h, 14d, or off.',
  run: async (settings, [wanted = '', time = ''], { terminal }) => {
    const parsed = duration(time === 'off' ? '0' : time, '');
    if (!parsed.ok) return misused(`the time ${parsed.problem}, or off; not "${plain(time)}"`);
    const disappearAfter = parsed.value;
    if (disappearAfter > longestTimer) return misused('the time must be at most 366d');
    return withRoom(settings, wanted, async (client, { room }) => {
      const set = await client.request('setTimer', { room, disappearAfter });
      return finish(set, settings, terminal, { room });
    });
  },
});

const aRight = oneOf('invite', 'remove', 'change');
const aRole = oneOf('everyone', 'admins');

const rule = command({
  path: 'room rule',
  arguments: ['<room>', '<invite|remove|change>', '<everyone|admins>'],
  summary: 'Say who may invite, remove members, or change the room’s settings.',
  run: async (settings, [wanted = '', what = '', who = ''], { terminal }) => {
    const right = aRight(what, '');
    if (!right.ok) return misused(`what it is about ${right.problem}, not "${plain(what)}"`);
    const role = aRole(who, '');
    if (!role.ok) return misused(`who may do it ${role.problem}, not "${plain(who)}"`);
    return withRoom(settings, wanted, async (client, { room }) => {
      const answer = await client.request('getDetails', { room });
      if (!answer.ok) return failed(answer.error.message);
      const roles = { ...answer.value.roles, [right.value]: role.value };
      return finish(await client.request('setRoles', { room, roles }), settings, terminal, { room });
    });
  },
});

export const settingsCommands = [details, timer, rule];
