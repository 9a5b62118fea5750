import type { LocalClient } from '@otr/client/node';
import type { Member, RoomSummary, SafetyNumber } from '@otr/protocol';
import { command, type Surroundings } from '../command.ts';
import { done, type Exit, failed, misused } from '../exit.ts';
import { withOther } from '../member.ts';
import type { Settings } from '../options.ts';
import { qrLines } from '../qrLines.ts';
import { safetyLines } from '../safetyLines.ts';
import { jsonLine, plain, type Terminal } from '../terminal.ts';
import { verifiedJson } from '../trustWords.ts';

export const verify = command({
  path: 'verify',
  arguments: ['<room>', '<member>'],
  summary: 'Show the safety number of a member and oneself, or verify the member by it.',
  notes:
    'Both see the same number, emoji and code, if nobody is between them: compare them in person or by voice.\n' +
    'With --number or --code the member is verified if they are the same; without, nobody is.',
  uses: ['number', 'code', 'qr', 'take-back'],
  run: async (settings, [wanted = '', who = ''], { terminal }) => {
    const { number, code, 'take-back': takeBack } = settings;
    const given = [number, code, takeBack || undefined].filter((one) => one !== undefined);
    if (given.length > 1) return misused('say one of --number, --code and --take-back');
    return withOther(settings, wanted, who, (client, room, member) => {
      const pair = { client, room, member, terminal };
      if (takeBack) return unverify(pair, settings);
      const compared = number ?? code?.trim();
      return compared === undefined ? show(pair, settings) : compare(pair, compared, settings);
    });
  },
});

interface Pair extends Pick<Surroundings, 'terminal'> {
  readonly client: LocalClient;
  readonly room: RoomSummary;
  readonly member: Member;
}

async function show({ client, room, member, terminal }: Pair, settings: Settings<'json' | 'qr'>) {
  const answer = await client.request('getSafetyNumber', { room: room.room, member: member.key });
  if (!answer.ok) return failed(answer.error.message);
  const safety = answer.value;
  if (settings.json) {
    terminal.result(jsonLine(safetyJson(room, member, safety)));
    return done;
  }
  for (const line of safetyLines(safety, member.verified)) terminal.result(line);
  if (settings.qr) for (const line of ['', ...qrLines(safety.code, terminal.colour)]) terminal.result(line);
  tellWhatToDo(safety, terminal);
  return done;
}

const safetyJson = ({ room }: RoomSummary, { verified }: Member, safety: SafetyNumber) => {
  const { member, name, trust, number, emoji, code } = safety;
  return { room, member, name, trust, verified: verifiedJson(verified), number, emoji, code };
};

function tellWhatToDo({ trust, name }: SafetyNumber, terminal: Terminal): void {
  if (trust === 'verified') return;
  if (trust === 'changed') {
    terminal.note(
      'Somebody of this name was verified, with other keys: a new device, or somebody else. Sending in this room waits.',
    );
  }
  terminal.note(
    `Compare it with what ${plain(name)} sees, in person or by voice; then: otr verify … --number "…"`,
  );
}

async function compare(
  { client, room, member, terminal }: Pair,
  number: string,
  settings: Settings<'json'>,
): Promise<Exit> {
  const answer = await client.request('verifyMember', { room: room.room, member: member.key, number });
  const name = plain(member.name);
  if (!answer.ok && answer.error.code === 'notTheSame') {
    return failed(
      `this is not the number of ${name} and you: nobody is verified. Compare again; if it still differs, somebody may be between you`,
    );
  }
  if (!answer.ok) return failed(answer.error.message);
  if (settings.json) terminal.result(jsonLine({ room: room.room, member: member.key }));
  else terminal.result(`${name} is verified, in every room that you share.`);
  return done;
}

async function unverify({ client, room, member, terminal }: Pair, settings: Settings<'json'>): Promise<Exit> {
  const answer = await client.request('unverifyMember', { room: room.room, member: member.key });
  if (!answer.ok) return failed(answer.error.message);
  if (settings.json) terminal.result(jsonLine({ room: room.room, member: member.key }));
  else terminal.result(`${plain(member.name)} is not verified any more.`);
  return done;
}
