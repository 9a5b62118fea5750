import type { LocalClient } from '@otr/client/node';
import type { KnockSummary, Member, RoomSummary } from '@otr/protocol';
import { choose } from '../choose.ts';
import { command } from '../command.ts';
import { done, type Exit, failed, misused } from '../exit.ts';
import { withMember } from '../member.ts';
import type { Settings } from '../options.ts';
import { iso, localTime } from '../rowText.ts';
import { finish, withRoom } from '../running.ts';
import { jsonLine, plain } from '../terminal.ts';
import { asksWords, trustWords, verifiedJson } from '../trustWords.ts';

type Where = Settings<'profile' | 'socket'>;

const members = command({
  path: 'room members',
  arguments: ['<room>'],
  summary: 'List the members of a room: key, whether they are online, name, what is known of who they are.',
  run: (settings, [wanted = ''], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const answer = await client.request('getMembers', { room });
      if (!answer.ok) return failed(answer.error.message);
      for (const member of answer.value.members) {
        terminal.result(settings.json ? jsonLine(memberJson(member)) : memberLine(member));
      }
      return done;
    }),
});

const memberJson = ({ key, name, self, online, admin, received, read, trust, verified, asks }: Member) => ({
  ...{ key, name, self, online, admin, received, read, trust, verified: verifiedJson(verified) },
  ...(asks !== undefined && { asks }),
});

function memberLine(member: Member): string {
  const { key, name, online, admin, asks } = member;
  const marks = [
    trustWords(member),
    ...(admin ? ['admin'] : []),
    ...(asks === undefined ? [] : [asksWords[asks]]),
  ];
  return `${key}  ${online ? 'online ' : 'offline'}  ${plain(name)}  (${marks.join(', ')})`;
}

const remove = command({
  path: 'room remove',
  arguments: ['<room>', '<member>'],
  summary:
    'Remove a member, who can read nothing written afterwards. MEMBER is a name, a key or the key’s beginning.',
  run: (settings, [wanted = '', who = ''], { terminal }) =>
    withMember(settings, wanted, who, async (client, { room }, { key }) => {
      const removed = await client.request('removeMember', { room, member: key });
      return finish(removed, settings, terminal, { room, member: key });
    }),
});

const admin = command({
  path: 'room admin',
  arguments: ['<room>', '<member>', '<yes|no>'],
  summary: 'Make a member an admin of the room, or no longer.',
  run: async (settings, [wanted = '', who = '', word = ''], { terminal }) => {
    if (word !== 'yes' && word !== 'no') return misused(`say yes or no, not "${plain(word)}"`);
    return withMember(settings, wanted, who, async (client, { room }, { key }) => {
      const set = await client.request('setAdmin', { room, member: key, admin: word === 'yes' });
      return finish(set, settings, terminal, { room, member: key });
    });
  },
});

const knocks = command({
  path: 'room knocks',
  arguments: ['<room>'],
  summary: 'List who wants to come into a room: id, since when, name.',
  run: (settings, [wanted = ''], { terminal }) =>
    withRoom(settings, wanted, async (client, { room }) => {
      const details = await client.request('getDetails', { room });
      if (!details.ok) return failed(details.error.message);
      for (const knock of details.value.knocks) {
        terminal.result(settings.json ? jsonLine(knockJson(knock)) : knockLine(knock));
      }
      return done;
    }),
});

const knockJson = ({ id, name, at, approval, returning }: KnockSummary) => ({
  ...{ id, name, at: iso(at), approval, ...(returning !== undefined && { returning }) },
});

function knockLine({ id, name, at, approval, returning }: KnockSummary): string {
  const remarks = [
    ...(returning === undefined ? [] : [`says to be ${plain(returning)}, who lost its keys`]),
    ...(approval ? ['waits for somebody to decide'] : []),
  ];
  const remark = remarks.length === 0 ? '' : `  (${remarks.join('; ')})`;
  return `${id}  ${localTime(at)}  ${plain(name)}${remark}`;
}

const admit = command({
  path: 'room admit',
  arguments: ['<room>', '<knock>'],
  summary: 'Let somebody in who knocks. KNOCK is a name, an id or the id’s beginning.',
  run: (settings, [wanted = '', which = ''], { terminal }) =>
    withKnock(settings, wanted, which, async (client, { room }, { id }) => {
      const admitted = await client.request('admitKnock', { room, knock: id });
      return finish(admitted, settings, terminal, { room, knock: id });
    }),
});

const refuse = command({
  path: 'room refuse',
  arguments: ['<room>', '<knock>'],
  summary: 'Refuse somebody who knocks.',
  run: (settings, [wanted = '', which = ''], { terminal }) =>
    withKnock(settings, wanted, which, async (client, { room }, { id }) => {
      const refused = await client.request('refuseKnock', { room, knock: id });
      return finish(refused, settings, terminal, { room, knock: id });
    }),
});

function withKnock(
  settings: Where,
  room: string,
  wanted: string,
  work: (client: LocalClient, room: RoomSummary, knock: KnockSummary) => Promise<Exit>,
): Promise<Exit> {
  return withRoom(settings, room, async (client, summary) => {
    const details = await client.request('getDetails', { room: summary.room });
    if (!details.ok) return failed(details.error.message);
    const found = choose(details.value.knocks, wanted, {
      what: 'knock',
      listedBy: 'room knocks',
      idOf: ({ id }) => id,
      nameOf: ({ name }) => name,
    });
    return found.ok ? work(client, summary, found.value) : failed(found.message);
  });
}

export const peopleCommands = [members, remove, admin, knocks, admit, refuse];
