import { isAppError, toError } from '../../domain/errors.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Deps } from '../deps.ts';
import { READ_EVERY_MS } from './record-limits.ts';

type AlertDeps = Pick<Deps, 'store' | 'clock' | 'logger'>;

/**
 * Reads what the provider itself would send about a scope's spend, or (null) about all of the organization's, that one
 * as often as the limits of a scope. A failure only leaves it unknown; to be told to slow down is for the whole
 * connection, and is thrown.
 */
export async function readSpendAlerts(deps: AlertDeps, provider: Provider, scopeId: string | null): Promise<void> {
  const { store, clock, logger } = deps;
  if (provider.readSpendAlerts === undefined) return;
  const { connectionId } = provider;
  const before = await store.read.spendAlerts.get(connectionId, scopeId);
  const askedAt = clock.now();
  if (scopeId === null && before !== undefined && before.askedAt + READ_EVERY_MS > askedAt) return;
  const put = (known: Pick<NonNullable<typeof before>, 'report' | 'readAt'>) =>
    store.write((tx) => tx.spendAlerts.put({ connectionId, scopeId, askedAt, ...known }));
  try {
    const report = await provider.readSpendAlerts(scopeId);
    await put({ report, readAt: clock.now() });
  } catch (error) {
    if (isAppError(error, 'provider_rate_limited')) throw error;
    await put({ report: before?.report ?? null, readAt: before?.readAt ?? null });
    logger.warn('spend alerts of the provider not read', { connectionId, scopeId, error: toError(error) });
  }
}
