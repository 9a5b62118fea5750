import { refuseInspector } from '@otr/proxy/program';
import type { Command } from './command.ts';
import { failed } from './exit.ts';
import { createLog } from './log.ts';
import { readCommandLine, report } from './program.ts';
import { type Ending, listenForEnd } from './signals.ts';
import { processTerminal } from './terminal.ts';
import { version } from './version.ts';

/** Runs what the command line of this process asks for, and sets the process's exit status. */
export async function runProgram(name: string, commands: readonly Command[]): Promise<void> {
  refuseInspector();
  const terminal = processTerminal();
  const line = { words: process.argv.slice(2), variables: process.env, workingFolder: process.cwd() };
  const read = readCommandLine(name, version, commands, line, terminal);
  if (!read.ok) {
    process.exitCode = report(read.exit, name, terminal);
    return;
  }
  if (read.asked === undefined) return;
  const { command, settings, words, showsSecret } = read.asked;
  // On Linux and macOS this replaces the command line that others see.
  if (showsSecret) process.title = `${name} ${command.path}`;
  let ending: Ending | undefined;
  const listen = () => {
    ending ??= listenForEnd();
    return ending;
  };
  const surroundings = {
    terminal,
    log: createLog(settings, (text) => terminal.note(text)),
    // Only a command that looks at it takes over Ctrl-C; the others just end.
    get ending() {
      return listen().signal;
    },
    onHangUp: (run: () => void) => listen().onHangUp(run),
  };
  // What gets here as an exception is a bug; it still ends with one line and the right status.
  const exit = await command
    .run(settings, words, surroundings)
    .catch((error: unknown) =>
      failed(`this should not happen: ${error instanceof Error ? error.message : error}`),
    );
  process.exitCode = report(exit, name, terminal);
}
