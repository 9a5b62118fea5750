import { homedir } from 'node:os';
import { join } from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

/** A folder of ours for what must last: by the XDG base directory specification, or the system's own place. */
export function dataFolder(
  name: string,
  variables: Variables = process.env,
  platform = process.platform,
): string {
  return join(base('XDG_DATA_HOME', ['.local', 'share'], 'LOCALAPPDATA', variables, platform), 'otr', name);
}

/** Where the config file is, unless another is named. */
export function configFileOf(variables: Variables = process.env, platform = process.platform): string {
  return join(base('XDG_CONFIG_HOME', ['.config'], 'APPDATA', variables, platform), 'otr', 'config');
}

function base(
  xdg: string,
  unixFolder: string[],
  windowsVariable: string,
  variables: Variables,
  platform: NodeJS.Platform,
): string {
  if (platform === 'win32') return variables[windowsVariable] ?? homedir();
  // The specification ignores relative paths.
  if (variables[xdg]?.startsWith('/')) return variables[xdg];
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  return join(homedir(), ...unixFolder);
}
