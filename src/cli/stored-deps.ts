import { connectProviders } from '../app-parts.ts';
import { loadDotEnv } from '../config/dotenv.ts';
import { readConfig } from '../config/env.ts';
import { detectorSections as detectors } from '../domain/detectors/index.ts';
import type { Policy } from '../domain/policy.ts';
import { Secret } from '../domain/secret.ts';
import type { Provider } from '../ports/provider.ts';
import type { Store } from '../ports/store.ts';
import { providers } from '../providers/index.ts';
import { createPriceTable } from '../providers/lib/price-table.ts';
import type { RiskDeps } from '../services/risk/read-risk.ts';
import { breathe } from '../system/breathe.ts';
import { systemClock } from '../system/clock.ts';
import { readTextFile } from '../system/files.ts';
import { createLogger } from '../system/logger.ts';
import { openOwnStore, ownPolicyOrDefault } from './installation.ts';
import { err } from './output.ts';

/** Works out figures from the database that is there, beside a running bot or without one; nobody is asked anything. */
export async function withStored(run: (deps: RiskDeps) => Promise<void>): Promise<void> {
  const store = openOwnStore();
  try {
    await run(await storedDeps(store, ownPolicyOrDefault(), tellGuess));
  } finally {
    await store.close();
  }
}

/** `tell` hears that what can be suspended had to be guessed. */
export async function storedDeps(store: Store, policy: Policy, tell: () => void = () => {}): Promise<RiskDeps> {
  const prices = createPriceTable({ overrides: policy.prices });
  return { store, clock: systemClock, breathe, policy, prices, providers: await connectionsOf(store, tell) };
}

function tellGuess(): void {
  err('No admin key is configured here: worked out as if no key could be suspended from here.\n');
}

/** What each connection can do: as it is configured; without a configuration as if there were no write key. */
async function connectionsOf(store: Store, tell: () => void): Promise<ReadonlyMap<string, Provider>> {
  const logger = createLogger({ level: 'error' });
  const env = loadDotEnv(readTextFile, '.env', process.env);
  const read = readConfig({ env, readFile: readTextFile, providers, detectors });
  if (read.ok) {
    const { config, secrets } = read;
    const connected = connectProviders({ config, secrets, logger, definitions: providers });
    if (connected.size > 0) return connected;
  }
  const known = new Map((await store.read.keys.identities()).map((key) => [key.connectionId, key.providerId]));
  if (known.size > 0) tell();
  return new Map(
    [...known].flatMap(([connectionId, providerId]) => {
      const definition = providers.find(({ id }) => id === providerId);
      const options = { connectionId, readKey: new Secret('none'), writeKey: undefined, baseUrl: undefined, logger };
      return definition === undefined ? [] : [[connectionId, definition.connect(options)] as const];
    }),
  );
}
