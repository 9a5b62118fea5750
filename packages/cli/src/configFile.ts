import { readFileSync } from 'node:fs';
import { isOptionName, isSwitch } from './options.ts';

export interface ConfigLine {
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
}

export interface ConfigFile {
  readonly file: string;
  readonly lines: ReadonlyMap<string, ConfigLine>;
}

export type ConfigRead = { ok: true; value: ConfigFile } | { ok: false; message: string };

/** Reads the file. One that is not there is an empty one, unless it was named (`required`). */
export function readConfigFile(file: string, required: boolean): ConfigRead {
  try {
    return parseConfig(file, readFileSync(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !required) return { ok: true, value: { file, lines: new Map() } };
    return { ok: false, message: `the config file ${file} cannot be read (${code ?? 'unknown error'})` };
  }
}

/** Lines `name = value`; empty lines and lines that begin with `#` are skipped. */
export function parseConfig(file: string, text: string): ConfigRead {
  const lines = new Map<string, ConfigLine>();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const place = `${file}, line ${index + 1}`;
    const [, name, value] = /^([^=\s]+)\s*=\s*(.*)$/.exec(content) ?? [];
    if (name === undefined || value === undefined)
      return { ok: false, message: `${place}: write NAME = VALUE` };
    if (!isConfigName(name)) return { ok: false, message: `${place}: there is no setting "${name}"` };
    if (lines.has(name)) return { ok: false, message: `${place}: "${name}" is set a second time` };
    lines.set(name, { value, line: index + 1 });
  }
  return { ok: true, value: { file, lines } };
}

/** Every option but the file's own name; `data` is what `otr relay` calls its folder; switches also as `no-…`. */
function isConfigName(name: string): boolean {
  if (name === 'data') return true;
  if (isOptionName(name)) return name !== 'config';
  const positive = name.replace(/^no-/, '');
  return positive !== name && isOptionName(positive) && isSwitch(positive);
}
