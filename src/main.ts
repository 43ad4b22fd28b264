import { createApp } from './app.ts';
import { loadDotEnv } from './config/dotenv.ts';
import { readConfig } from './config/env.ts';
import { formatFaults } from './config/faults.ts';
import { deployHooks } from './deploy-hooks/index.ts';
import { detectorSections as detectors } from './domain/detectors/index.ts';
import { AppError, publicMessageOf, toError } from './domain/errors.ts';
import { providers } from './providers/index.ts';
import { secretStores } from './secret-stores/index.ts';
import { fileExists, readTextFile } from './system/files.ts';
import { loadInstallationSecret } from './system/installation-secret.ts';
import { createLogger } from './system/logger.ts';
import { signalled } from './system/stopping.ts';

// Docker and systemd kill after ten seconds, or later.
const END_WITHIN_MS = 9_500;

/** The process: env → config → app → signals. Resolves with the exit code. */
export async function main(): Promise<number> {
  const env = loadDotEnv(readTextFile, '.env', process.env);
  const read = readConfig({ env, readFile: readTextFile, providers, detectors, deployHooks, secretStores });
  if (!read.ok) {
    process.stderr.write(`${formatFaults(read.faults)}\n`);
    return 1;
  }
  const { config, secrets, ignoredVariables } = read;
  const logger = createLogger({ level: config.logLevel });
  if (ignoredVariables.length > 0) logger.info('these variables are ignored on purpose', { names: ignoredVariables });
  process.on('unhandledRejection', (reason) => logger.error('unhandled rejection', { error: toError(reason) }));
  // From here on: as process 1 of a container nothing else would answer a signal.
  const signal = signalled(END_WITHIN_MS);
  try {
    const create = !fileExists(config.databasePath);
    const installationSecret = loadInstallationSecret({ path: config.secretPath, create });
    const app = await createApp({ config, secrets, installationSecret, overrides: { logger } });
    await app.start().catch(async (error: unknown) => {
      await app.stop();
      throw error;
    });
    await signal;
    await app.stop();
    // A call that hangs would keep the process; what it was about is in the database.
    return process.exit(0);
  } catch (error) {
    // What a person can put right needs a sentence, not a stack.
    if (!(error instanceof AppError)) logger.error('start failed', { error: toError(error) });
    process.stderr.write(`${publicMessageOf(error)}\n`);
    return 1;
  }
}
