import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installFromDebian, isRootOnDebian } from './debian.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where installers put it on systems that do not put it on the PATH. */
const places = {
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  win32: [process.env.LOCALAPPDATA, process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)']]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => [
      join(folder, 'Chromium/Application/chrome.exe'),
      join(folder, 'Google/Chrome/Application/chrome.exe'),
      join(folder, 'Microsoft/Edge/Application/msedge.exe'),
    ]),
};

/** @returns {string | undefined} the browser for the tests: the one named by CHROMIUM, or one that is installed */
export function findChromium() {
  const chosen = process.env.CHROMIUM;
  if (chosen) return existsSync(chosen) ? chosen : undefined;
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  return [...onPath, ...(places[process.platform] ?? [])].find((file) => existsSync(file));
}

/**
 * @param {string} _root
 * @param {(line: string) => void} say
 * @returns {string | undefined} what to install, as a sentence
 */
export function provideChromium(_root, say) {
  if (findChromium() !== undefined) return undefined;
  if (!process.env.CHROMIUM && isRootOnDebian()) {
    say('installing Debian’s chromium for the browser tests, once');
    if (installFromDebian('chromium') && findChromium() !== undefined) return undefined;
    return 'apt-get could not install chromium: see above.';
  }
  return 'the browser tests need Chromium or Chrome: install it, or name its file in CHROMIUM, and try again.';
}
