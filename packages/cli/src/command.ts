import type { Log } from '@otr/proxy';
import type { Exit } from './exit.ts';
import { commonOptions, type OptionName, type Settings } from './options.ts';
import type { Use } from './settings.ts';
import type { Terminal } from './terminal.ts';

type CommonOption = (typeof commonOptions)[number];

/** What a command is given besides its settings. */
export interface Surroundings {
  readonly terminal: Terminal;
  readonly log: Log;
  /** Aborted when the process is asked to end. */
  readonly ending: AbortSignal;
  /** SIGHUP means this, and not the end; unless it is the terminal that hangs up. */
  onHangUp(run: () => void): void;
}

export interface Command {
  /** `room create`. */
  readonly path: string;
  /** `<name>` must be given, `[text]` may be. */
  readonly arguments: readonly string[];
  readonly summary: string;
  /** More lines for its help. */
  readonly notes?: string;
  readonly uses: readonly Use[];
  run(settings: Settings, words: readonly string[], surroundings: Surroundings): Promise<Exit>;
}

interface Definition<Name extends OptionName> {
  path: string;
  arguments?: readonly string[];
  summary: string;
  notes?: string;
  uses?: readonly Name[];
  /** Short names that options have in this command. */
  as?: Partial<Record<Name, string>>;
  run(
    settings: Settings<Name | CommonOption>,
    words: readonly string[],
    surroundings: Surroundings,
  ): Promise<Exit>;
}

/** A command sees the settings that it says it uses, and no others. */
export function command<const Name extends OptionName = never>(definition: Definition<Name>): Command {
  const own = (definition.uses ?? []).map((option): Use => {
    const as = definition.as?.[option];
    return as === undefined ? { option } : { option, as };
  });
  return {
    path: definition.path,
    arguments: definition.arguments ?? [],
    summary: definition.summary,
    ...(definition.notes === undefined ? {} : { notes: definition.notes }),
    uses: [...commonOptions.map((option) => ({ option })), ...own],
    run: definition.run,
  };
}
