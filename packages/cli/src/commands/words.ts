import { command, type Surroundings } from '../command.ts';
import { type Exit, failed, misused } from '../exit.ts';
import { withOther } from '../member.ts';
import type { Settings } from '../options.ts';
import { jsonLine, plain, type Terminal } from '../terminal.ts';
import { type Exchange, outcomeOf, tellOutcome } from '../wordsOutcome.ts';

export const words = command({
  path: 'words',
  arguments: ['<room>', '<member>'],
  summary: 'Verify a member by three words that one reads out by voice, and the other enters.',
  notes:
    'Without --enter three words are drawn and printed: read them out, and wait. With --enter they are those that you\n' +
    'heard; "-" asks for them, or reads a line of standard input. Whoever is between you has one guess, and it is shown.',
  uses: ['enter'],
  run: (settings, [wanted = '', who = ''], surroundings) =>
    withOther(settings, wanted, who, (client, { room }, { key, name }) => {
      const exchange = { client, room, member: key, name: plain(name) };
      const { enter } = settings;
      return enter === undefined
        ? readOut(exchange, settings, surroundings)
        : answer(exchange, enter, settings, surroundings);
    }),
});

async function readOut(
  exchange: Exchange,
  settings: Settings<'json'>,
  { terminal, ending }: Surroundings,
): Promise<Exit> {
  const { client, room, member, name } = exchange;
  const started = await client.request('startWords', { room, member });
  if (!started.ok) return failed(started.error.message);
  const outcome = outcomeOf(exchange, ending);
  const drawn = started.value.words;
  terminal.note(
    `Read these words to ${name} by voice, where you know them by it. They enter them: on their page, or with otr words … --enter -`,
  );
  terminal.result(settings.json ? jsonLine({ room, member, words: drawn }) : drawn.map(plain).join(' '));
  return tellOutcome(exchange, await outcome, settings, terminal);
}

async function answer(
  exchange: Exchange,
  given: string,
  settings: Settings<'json'>,
  surroundings: Surroundings,
): Promise<Exit> {
  const { client, room, member } = exchange;
  const { terminal } = surroundings;
  const heard = await threeWords(given, exchange, terminal);
  // A slip would cost the only guess.
  if (heard === undefined) return misused('these are not three words; nothing was tried');
  const over = new AbortController();
  // Only from here on Ctrl-C means more than the end of this process.
  const outcome = outcomeOf(exchange, AbortSignal.any([surroundings.ending, over.signal]));
  const entered = await client.request('enterWords', { room, member, words: heard });
  if (entered.ok) return tellOutcome(exchange, await outcome, settings, terminal);
  over.abort();
  return failed(entered.error.message);
}

async function threeWords(
  given: string,
  { name }: Exchange,
  terminal: Terminal,
): Promise<string | undefined> {
  const text = given === '-' ? await terminal.readLine(`The three words that ${name} reads out: `) : given;
  const heard = (text ?? '').trim().toLowerCase().split(/\s+/);
  return heard.length === 3 ? heard.join(' ') : undefined;
}
