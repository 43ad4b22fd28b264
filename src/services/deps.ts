import type { BoundDetector } from '../domain/detector.ts';
import type { Policy } from '../domain/policy.ts';
import type { Secret } from '../domain/secret.ts';
import type { Breathe } from '../ports/breathe.ts';
import type { Clock } from '../ports/clock.ts';
import type { DeployHook } from '../ports/deploy-hook.ts';
import type { Directory } from '../ports/directory.ts';
import type { Ids } from '../ports/ids.ts';
import type { Logger } from '../ports/logger.ts';
import type { Meter } from '../ports/meter.ts';
import type { Places } from '../ports/places.ts';
import type { PriceTable } from '../ports/price-table.ts';
import type { Provider } from '../ports/provider.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { Sheets } from '../ports/sheet.ts';
import type { Store } from '../ports/store.ts';
import type { Outlets } from '../ports/webhook.ts';

/** What the services work with. Each takes the part that it needs. */
export interface Deps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly breathe: Breathe;
  readonly policy: Policy;
  /** By connection id. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly prices: PriceTable;
  readonly detectors: readonly BoundDetector[];
  readonly directory: Directory;
  readonly outlets: Outlets;
  /** By their name in policy, as the hooks below. */
  readonly secretStores: ReadonlyMap<string, SecretStore>;
  readonly deployHooks: ReadonlyMap<string, DeployHook>;
  readonly sheets: Sheets;
  readonly places: Places;
  /** What is kept of a value that was once seen: keyed by the installation's own secret, so that nobody can guess back. */
  readonly fingerprint: (value: Secret) => string;
}
