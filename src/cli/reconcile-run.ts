import { connectProviders } from '../app-parts.ts';
import { loadDotEnv } from '../config/dotenv.ts';
import { readConfig } from '../config/env.ts';
import { formatFaults } from '../config/faults.ts';
import { detectorSections as detectors } from '../domain/detectors/index.ts';
import { AppError } from '../domain/errors.ts';
import type { Store } from '../ports/store.ts';
import { providers } from '../providers/index.ts';
import { type ConnectionReconciliation, listReconciliations } from '../services/money/list-reconciliations.ts';
import { type ReconcileOutcome, reconcileAll } from '../services/money/reconcile.ts';
import { breathe } from '../system/breathe.ts';
import { systemClock } from '../system/clock.ts';
import { readTextFile } from '../system/files.ts';
import { systemIds } from '../system/ids.ts';
import { createLogger } from '../system/logger.ts';
import { openOwnStore } from './installation.ts';
import { err, out } from './output.ts';
import { reconciliationJson, reconciliationTable } from './reconcile-text.ts';

export interface ReconcileOptions {
  readonly json: boolean;
  readonly days: number;
  readonly stored: boolean;
}

export async function reconcile({ json, days, stored }: ReconcileOptions): Promise<number> {
  const store = openOwnStore();
  try {
    const outcomes = stored ? [] : await readNow(store, days);
    const found = await listReconciliations({ store }, { days });
    const now = systemClock.now();
    out(json ? reconciliationJson({ found, outcomes, now }) : reconciliationTable({ found, outcomes, now }));
    if (!json) tellVerdict(found);
    for (const outcome of outcomes)
      if (outcome.outcome === 'failed') err(`${outcome.connectionId}: ${outcome.problem}\n`);
    return outcomes.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
  } finally {
    await store.close();
  }
}

/** Drift is an answer, not an error: it is said, and the exit status stays 0. */
function tellVerdict(found: readonly ConnectionReconciliation[]): void {
  const days = found.flatMap(({ read, days: all }) =>
    all
      .filter(({ settled, verdict }) => settled && verdict === 'drifts')
      .map(({ dayAt }) => `${read.connectionId} ${new Date(dayAt).toISOString().slice(0, 10)}`),
  );
  if (days.length > 0) out(`\nOff by more than 5 %: ${days.join(', ')}. See docs/operations.md.\n`);
}

/** Works beside a running bot: what both write is the same. */
async function readNow(store: Store, days: number): Promise<readonly ReconcileOutcome[]> {
  const env = loadDotEnv(readTextFile, '.env', process.env);
  const read = readConfig({ env, readFile: readTextFile, providers, detectors });
  if (!read.ok) {
    const publicMessage = `${formatFaults(read.faults)}\nTo read costs the configuration of the bot is needed. What is stored can be shown without it: keysteward reconcile --stored`;
    throw new AppError({ code: 'invalid_config', message: 'no configuration to read costs with', publicMessage });
  }
  const { config, secrets } = read;
  if (config.connections.length === 0) {
    const publicMessage =
      'No admin key is configured, so there is nobody to ask. What is stored can be shown: keysteward reconcile --stored';
    throw new AppError({ code: 'invalid_config', message: 'no connection', publicMessage });
  }
  const logger = createLogger({ level: 'error' });
  const connected = connectProviders({ config, secrets, logger, definitions: providers });
  const { policy } = config;
  return reconcileAll(
    { store, clock: systemClock, breathe, ids: systemIds, logger, policy, providers: connected },
    { days },
  );
}
