import { type ErrorCode, isAppError, publicMessageOf, toError } from '../../domain/errors.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Provider } from '../../ports/provider.ts';
import type { UsageHistory } from '../../ports/usage-upkeep.ts';
import { readWindow } from './read-window.ts';
import type { StoreUsageDeps } from './store-usage.ts';
import { historyOf, putHistory } from './usage-history.ts';

/** What providers give on one page of days. */
const SLICE_MS = 31 * DAY_MS;
/** Whoever asks again gets the same answer: the provider gives nothing that is so old. */
const REFUSALS: readonly ErrorCode[] = [
  'provider_rejected',
  'provider_not_found',
  'provider_denied',
  'not_supported',
  'invalid_input',
];

/**
 * Reads the usage from before the first poll by the day, newest first, once: what ended in the middle goes on there.
 * Throws what may pass; what the provider refuses is given up. Neither touches the polls.
 */
export async function backfillHistory(deps: StoreUsageDeps, provider: Provider): Promise<void> {
  const watermark = await deps.store.read.watermarks.get(provider.connectionId);
  // The newest usage first: it is what an alert waits for.
  if (watermark === undefined || watermark.polledAt === null || watermark.failingSince !== null) return;
  let history = await historyOf(deps, provider);
  if (history.state !== 'reading') return putHistory(deps, history);
  while (history.state === 'reading') {
    history = await readSlice(deps, provider, history);
    await putHistory(deps, history);
  }
}

async function readSlice(deps: StoreUsageDeps, provider: Provider, history: UsageHistory): Promise<UsageHistory> {
  const connection = provider.connectionId;
  const updatedAt = deps.clock.now();
  const from = Math.max(history.fromAt, history.toAt - SLICE_MS);
  try {
    await readWindow(deps, provider, { from, to: history.toAt, widthMs: DAY_MS });
  } catch (error) {
    if (!REFUSALS.some((code) => isAppError(error, code))) throw error;
    deps.logger.warn('older usage is refused', { connection, readBackTo: history.toAt, error: toError(error) });
    return { ...history, state: 'given_up', problem: publicMessageOf(error), updatedAt };
  }
  if (from > history.fromAt) return { ...history, toAt: from, updatedAt };
  deps.logger.info('older usage is read', { connection, readBackTo: from });
  return { ...history, toAt: from, state: 'done', updatedAt };
}
