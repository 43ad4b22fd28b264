import { loadDotEnv } from '../config/dotenv.ts';
import { decideStart, startFacts } from '../config/start-mode.ts';
import { providers } from '../providers/index.ts';
import { fileExists, readTextFile } from '../system/files.ts';

/** Whether nothing at all is set up here. */
export function startsInSandbox(): boolean {
  const env = loadDotEnv(readTextFile, '.env', process.env);
  return decideStart(startFacts({ command: 'npm-start', env, providers, fileExists })) === 'sandbox';
}
