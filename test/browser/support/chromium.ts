import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser of this machine: the one that `KEYSTEWARD_CHROMIUM` names, or the first that is found. */
export function findChromium(env: NodeJS.ProcessEnv): string | undefined {
  const named = env['KEYSTEWARD_CHROMIUM'] ?? '';
  if (named !== '') return isProgram(named) ? named : undefined;
  const folders = [...(env['PATH'] ?? '').split(delimiter).filter(Boolean), '/usr/bin'];
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram);
}

/** Where everything has to be proven, a browser that is missing is a failure and no reason to skip. */
export function isBrowserRequired(env: NodeJS.ProcessEnv): boolean {
  return (env['KEYSTEWARD_BROWSER_REQUIRED'] ?? '') !== '';
}

export const NO_BROWSER =
  'no Chromium on this machine (install Debian’s chromium, or set KEYSTEWARD_CHROMIUM to the path of one)';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
