import { dirname } from 'node:path';
import { type ConfigFile, readConfigFile } from './configFile.ts';
import { configFileOf } from './folders.ts';
import { isSecret, isSwitch, type OptionName, options, type Settings, variableOf } from './options.ts';

/**
 * An option as one command takes it. `as`: the short name it has there (`otr relay --port` is `relay-port`); the
 * short variable and config line work too, after the full ones.
 */
export interface Use<Name extends OptionName = OptionName> {
  readonly option: Name;
  readonly as?: string;
}

/** Where values come from, in their order of precedence. */
export interface Sources {
  /** By the name the command gives the flag; switches are `yes` or `no`. */
  readonly flags: ReadonlyMap<string, string>;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly file: ConfigFile;
  readonly workingFolder: string;
}

interface Found {
  readonly text: string;
  /** How an error names the place: a flag, a variable, or a file and line. */
  readonly source: string;
  readonly folder: string;
}

export type Resolved<Name extends OptionName> =
  | { ok: true; settings: Settings<Name> }
  | { ok: false; message: string };

/** Flag, then variable, then config line, then the option's own fallback. */
export function resolveSettings<Name extends OptionName>(
  uses: readonly Use<Name>[],
  sources: Sources,
): Resolved<Name> {
  const settings: Record<string, unknown> = {};
  for (const use of uses) {
    const option = options[use.option];
    const found = find(use, sources);
    if (found === undefined) {
      settings[use.option] = option.fallback;
      continue;
    }
    const parsed = option.parse(found.text, found.folder);
    if (!parsed.ok) {
      const not = isSecret(use.option) ? '' : `, not "${found.text}"`;
      return { ok: false, message: `${found.source} ${parsed.problem}${not}` };
    }
    settings[use.option] = parsed.value;
  }
  // Every name of `uses` was set above, by the parser of its own option.
  return { ok: true, settings: settings as Settings<Name> };
}

function find(use: Use, sources: Sources): Found | undefined {
  const names = use.as === undefined ? [use.option] : [use.option, use.as];
  return (
    findFlag(use, sources) ??
    firstOf(use, names, (name) => findVariable(name, sources)) ??
    firstOf(use, names, (name) => findLine(name, sources.file))
  );
}

function findFlag(use: Use, sources: Sources): Found | undefined {
  const name = use.as ?? use.option;
  const text = sources.flags.get(name);
  if (text === undefined) return undefined;
  return { text, source: `--${name}`, folder: sources.workingFolder };
}

/** A switch may also be set by its opposite: `OTR_NO_OPEN=yes` is `OTR_OPEN=no`. */
function firstOf(use: Use, names: string[], look: (name: string) => Found | undefined): Found | undefined {
  for (const name of names) {
    const found = look(name);
    if (found !== undefined) return found;
    const opposite = isSwitch(use.option) ? look(`no-${name}`) : undefined;
    if (opposite !== undefined) return negated(opposite);
  }
  return undefined;
}

function negated(found: Found): Found {
  const parsed = options.open.parse(found.text, found.folder);
  return parsed.ok ? { ...found, text: parsed.value ? 'no' : 'yes' } : found;
}

function findVariable(name: string, sources: Sources): Found | undefined {
  const variable = variableOf(name);
  const text = sources.variables[variable];
  // An empty variable counts as unset, as elsewhere in a shell.
  if (text === undefined || text === '') return undefined;
  return { text, source: variable, folder: sources.workingFolder };
}

function findLine(name: string, { file, lines }: ConfigFile): Found | undefined {
  const line = lines.get(name);
  if (line === undefined) return undefined;
  return { text: line.value, source: `${file}, line ${line.line}: ${name}`, folder: dirname(file) };
}

/** The config file of these sources: the one that `--config` or `OTR_CONFIG` names, or the standard one. */
export function findConfigFile(sources: Omit<Sources, 'file'>) {
  const standard = configFileOf(sources.variables);
  const none: ConfigFile = { file: standard, lines: new Map() };
  const named = find({ option: 'config' }, { ...sources, file: none });
  if (named === undefined) return readConfigFile(standard, false);
  const file = options.config.parse(named.text, named.folder);
  return file.ok ? readConfigFile(String(file.value), true) : { ok: false as const, message: file.problem };
}
