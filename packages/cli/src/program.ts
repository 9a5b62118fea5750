import { CommanderError, Option as Flag, Command as Parser } from 'commander';
import type { Command } from './command.ts';
import { done, type Exit, misused } from './exit.ts';
import {
  commonOptions,
  isOptionName,
  isSecret,
  isSwitch,
  type OptionName,
  options,
  type Settings,
  variableOf,
} from './options.ts';
import { findConfigFile, resolveSettings, type Use } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** What the command line turned out to ask for; undefined when help or the version was printed. */
export interface Asked {
  readonly command: Command;
  readonly settings: Settings;
  readonly words: readonly string[];
  /** A secret is on the command line, where other users of the machine can see it. */
  readonly showsSecret: boolean;
}

interface Given {
  command: Command;
  flags: Map<string, string>;
  words: string[];
}

interface Line {
  readonly words: readonly string[];
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
}

export type Read = { ok: true; asked: Asked | undefined } | { ok: false; exit: Exit };

/** From the words of the command line to a command with all its settings. Runs nothing. */
export function readCommandLine(
  name: string,
  version: string,
  commands: readonly Command[],
  line: Line,
  terminal: Terminal,
): Read {
  const parsed = parseWords(name, version, commands, line.words, terminal);
  if (!('given' in parsed)) return parsed;
  const { command, flags, words } = parsed.given;
  const outer = { flags, variables: line.variables, workingFolder: line.workingFolder };
  const file = findConfigFile(outer);
  if (!file.ok) return { ok: false, exit: misused(file.message) };
  const resolved = resolveSettings(command.uses, { ...outer, file: file.value });
  if (!resolved.ok) return { ok: false, exit: misused(resolved.message) };
  const showsSecret = command.uses.some(({ option, as }) => isSecret(option) && flags.has(as ?? option));
  return { ok: true, asked: { command, settings: resolved.settings, words, showsSecret } };
}

function parseWords(
  name: string,
  version: string,
  commands: readonly Command[],
  words: readonly string[],
  terminal: Terminal,
): { given: Given } | Read {
  let given: Given | undefined;
  const parser = createParser(name, version, commands, terminal, (found) => {
    given = found;
  });
  try {
    parser.parse(words.map(shieldId), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { ok: true, asked: undefined };
    return { ok: false, exit: misused(withoutShield(sentenceOf(error, words, commands))) };
  }
  return given === undefined ? { ok: true, asked: undefined } : { given };
}

const shield = '\u0000';

/** An id is random: one in 64 begins with a dash, and is no flag for that. No program is given a word with a NUL. */
const shieldId = (word: string) =>
  /^-(?:[\w-]{21}|[\w-]{42})$/.test(word) && !isFlag(word) ? shield + word : word;

const isFlag = (word: string) => word.startsWith('--') && isOptionName(word.replace(/^--(no-)?/, ''));

const withoutShield = (text: string) => text.replaceAll(shield, '');

function sentenceOf(error: CommanderError, words: readonly string[], commands: readonly Command[]): string {
  const [first = ''] = words;
  // A word that no command has reaches the default command, as an argument too many.
  const known = commands.some(({ path }) => path.split(' ')[0] === first);
  if (error.code === 'commander.excessArguments' && !known && !first.startsWith('-')) {
    return `there is no command "${first}"; --help lists them`;
  }
  if (error.code === 'commander.help') return 'say which command; --help lists them';
  return error.message.replace(/^error: /, '').replaceAll('\n', ' ');
}

function createParser(
  name: string,
  version: string,
  commands: readonly Command[],
  terminal: Terminal,
  found: (given: Given) => void,
): Parser {
  const root = prepared(new Parser(name), terminal)
    .version(version, '-V, --version', 'print the version')
    .description('An off-the-record chatroom: everything is encrypted in a small proxy on your own machine.')
    .configureHelp({ showGlobalOptions: true });
  for (const option of commonOptions) addFlags(root, { option });
  for (const command of commands) {
    const words = command.path.split(' ');
    const parser = prepared(new Parser(words.at(-1)), terminal).description(command.summary);
    parser.configureHelp({ showGlobalOptions: true });
    for (const argument of command.arguments) parser.argument(argument);
    for (const use of command.uses) if (!isCommon(use.option)) addFlags(parser, use);
    if (command.notes !== undefined) parser.addHelpText('after', `\n${command.notes}`);
    parser.action(() =>
      found({ command, flags: flagsOf(parser, command.uses), words: parser.args.map(withoutShield) }),
    );
    groupOf(root, words, terminal).addCommand(parser, { isDefault: command.path === 'up' });
  }
  return root;
}

function prepared(parser: Parser, terminal: Terminal): Parser {
  return parser
    .exitOverride()
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => terminal.result(text.trimEnd()),
      // Errors come back as values and are printed once, by the caller.
      writeErr: () => {},
    });
}

const groups: Readonly<Record<string, string>> = {
  history: 'This computer’s own copy of what was said.',
  transcript: 'Files that show a room with all its keys: recorded, or forged.',
  room: 'Rooms, who is in them, who may come in, and their rules.',
};

/** Where a command of this path hangs: at the root, or in its group. */
function groupOf(root: Parser, words: readonly string[], terminal: Terminal): Parser {
  const [first = ''] = words;
  if (words.length === 1) return root;
  const existing = root.commands.find((command) => command.name() === first);
  if (existing !== undefined) return existing;
  const group = prepared(new Parser(first), terminal).description(groups[first] ?? first);
  group.configureHelp({ showGlobalOptions: true });
  root.addCommand(group);
  return group;
}

const isCommon = (option: OptionName) => commonOptions.some((common) => common === option);

/** `--port PORT`; a switch gets its opposite too. The help names variable and fallback. */
function addFlags(parser: Parser, { option, as }: Use): void {
  const name = as ?? option;
  const { help, fallback, ...more } = options[option];
  const otherwise = 'otherwise' in more ? more.otherwise : fallback;
  if (isSwitch(option)) {
    const shown = fallback === true ? `no-${name}` : name;
    const hidden = fallback === true ? name : `no-${name}`;
    const text = fallback === true ? `do not ${help}` : help;
    parser.addOption(new Flag(`--${shown}`, `${text} (${variableOf(name)})`));
    parser.addOption(new Flag(`--${hidden}`).hideHelp());
    return;
  }
  const placeholder = 'placeholder' in more ? more.placeholder : 'VALUE';
  const unless = otherwise === undefined ? '' : `; otherwise: ${otherwise}`;
  const flag = new Flag(`--${name} <${placeholder}>`, `${help} (${variableOf(option)}${unless})`);
  if ('several' in more) flag.argParser(addLine);
  parser.addOption(flag);
}

/** What is given again is added on a line of its own. */
const addLine = (value: string, before: string | undefined) =>
  before === undefined ? value : `${before}\n${value}`;

/** The flags that were given, to this command or before it: `otr --json room list`. */
function flagsOf(parser: Parser, uses: readonly Use[]): Map<string, string> {
  const flags = new Map<string, string>();
  for (const { option, as } of uses) {
    const name = as ?? option;
    for (let at: Parser | null = parser; at !== null && !flags.has(name); at = at.parent) {
      const key = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
      if (at.getOptionValueSource(key) !== 'cli') continue;
      const value: unknown = at.getOptionValue(key);
      flags.set(name, typeof value === 'boolean' ? (value ? 'yes' : 'no') : withoutShield(String(value)));
    }
  }
  return flags;
}

/** Says how it ended, where there is something to say. */
export function report(exit: Exit, name: string, terminal: Terminal): number {
  if (exit !== done && exit.status !== 0) terminal.note(`${name}: ${exit.message}`);
  return exit.status;
}
