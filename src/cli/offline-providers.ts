import { Secret } from '../domain/secret.ts';
import type { Provider } from '../ports/provider.ts';
import { providers } from '../providers/index.ts';
import { createLogger } from '../system/logger.ts';

/** The providers for what can be said of them without asking: their titles and what they can do. No call is made. */
export function offlineProviders(): ReadonlyMap<string, Provider> {
  const logger = createLogger({ level: 'error' });
  const options = { readKey: new Secret('none'), writeKey: undefined, baseUrl: undefined, logger };
  return new Map(
    providers.map((definition) => [definition.id, definition.connect({ ...options, connectionId: definition.id })]),
  );
}
