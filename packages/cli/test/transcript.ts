/**
 * A transcript reads like a terminal:
 *
 *     # a comment
 *     ann$ otr send den - <<< "from standard input"
 *     <id>
 *     ben$ otr read den --follow
 *     <day> <time> ann: from standard input
 *     ^C
 *     ann$ otr nonsense
 *     ! otr: there is no command "nonsense"; --help lists them
 *     [2]
 *
 * `name$` is whose proxy it talks to. `<word>` stands for anything without a space; what it stood for first, it
 * stands for later, in commands too. `! ` marks lines of standard error (compared where there are any), `^C` a
 * command that goes on until it is interrupted, and `[2]` an exit status other than 0.
 */
export interface Step {
  /** Line of the transcript, counted from 1. */
  readonly line: number;
  readonly who: string;
  readonly command: string;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly interrupted: boolean;
  readonly status: number;
}

export function parseTranscript(text: string): Step[] {
  const steps: { -readonly [Key in keyof Step]: Step[Key] }[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const [, who, command] = /^(\w+)\$ otr ?(.*)$/.exec(line) ?? [];
    const current = steps.at(-1);
    if (line === '' || line.startsWith('#')) continue;
    if (who !== undefined && command !== undefined) {
      steps.push({ line: index + 1, who, command, stdout: [], stderr: [], interrupted: false, status: 0 });
    } else if (current === undefined) throw new Error(`line ${index + 1}: output before any command`);
    else if (line === '^C') current.interrupted = true;
    else if (/^\[\d+\]$/.test(line)) current.status = Number(line.slice(1, -1));
    else if (line.startsWith('! ')) current.stderr = [...current.stderr, line.slice(2)];
    else current.stdout = [...current.stdout, line];
  }
  return steps;
}

/** What the placeholders stand for, by name. */
export type Meanings = Map<string, string>;

/** The words of a command, with what they read from standard input. */
export function wordsOf(command: string, meanings: Meanings): { words: string[]; input: string | undefined } {
  const [before = '', after] = command.split(' <<< ');
  return {
    words: split(before).map((word) => fill(word, meanings)),
    input: after === undefined ? undefined : `${split(after)[0] ?? ''}\n`,
  };
}

function split(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

function fill(text: string, meanings: Meanings): string {
  return text.replace(/<(\w+)>/g, (whole, name: string) => meanings.get(name) ?? whole);
}

/** The expected lines with every placeholder replaced by what it stands for in `actual`; new meanings are kept. */
export function fillFrom(
  expected: readonly string[],
  actual: readonly string[],
  meanings: Meanings,
): string[] {
  return expected.map((line, index) => {
    const names = [...line.matchAll(/<(\w+)>/g)].map(([, name]) => name ?? '');
    const pattern = line
      .split(/<\w+>/)
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('(\\S+?)');
    const found = new RegExp(`^${pattern}$`).exec(actual[index] ?? '');
    for (const [at, name] of names.entries()) {
      const meaning = found?.[at + 1];
      if (meaning !== undefined && !meanings.has(name)) meanings.set(name, meaning);
    }
    return fill(line, meanings);
  });
}
