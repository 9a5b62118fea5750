import { command } from '../command.ts';
import { done, failed, misused } from '../exit.ts';
import { withOther } from '../member.ts';
import { jsonLine, plain } from '../terminal.ts';

const accept = command({
  path: 'accept',
  arguments: ['<room>', '<member>'],
  summary: 'Take a changed member for what they are now, not verified: sending in the room goes on.',
  run: (settings, [wanted = '', who = ''], { terminal }) =>
    withOther(settings, wanted, who, async (client, { room }, { key, name }) => {
      const accepted = await client.request('acceptMember', { room, member: key });
      if (!accepted.ok) return failed(accepted.error.message);
      if (settings.json) terminal.result(jsonLine({ room, member: key }));
      else terminal.result(`${plain(name)} is taken as they are, not verified; sending goes on.`);
      return done;
    }),
});

const invited = command({
  path: 'room invited',
  arguments: ['<room>', '<member>'],
  summary:
    'Say whether you gave your one-time invite to the member who came by it: with yes they are verified.',
  uses: ['yes', 'no'],
  run: async (settings, [wanted = '', who = ''], { terminal }) => {
    const { yes, no } = settings;
    if (yes === no) return misused('say --yes or --no');
    return withOther(settings, wanted, who, async (client, { room }, { key, name }) => {
      const confirmed = await client.request('confirmInvited', { room, member: key, yes });
      if (!confirmed.ok) return failed(confirmed.error.message);
      const outcome = yes
        ? `${plain(name)} is verified, in every room that you share.`
        : `${plain(name)} is not verified, and still in the room: otr room remove ends that.`;
      terminal.result(settings.json ? jsonLine({ room, member: key }) : outcome);
      return done;
    });
  },
});

export const decisionCommands = [accept, invited];
