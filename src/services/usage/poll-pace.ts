import { RECENT_MS } from '../../domain/detector.ts';
import { hotIntervalMs, isHot, isPollDue, type PollFacts, paceAfter } from '../../domain/pace.ts';
import type { Provider } from '../../ports/provider.ts';
import { keysOfAlert } from '../alerts/alert-keys.ts';
import { horizonOf } from '../alerts/horizon.ts';
import type { Deps } from '../deps.ts';

type PaceDeps = Pick<Deps, 'store' | 'clock' | 'policy' | 'providers'>;

/** The connections whose usage is to be polled now. */
export async function duePolls({ store, clock, policy, providers }: PaceDeps): Promise<readonly Provider[]> {
  const paces = await store.read.pollPaces.all();
  const turn = { now: clock.now(), everyMs: policy.polling.usageMs };
  return [...providers.values()].filter(({ connectionId }) => isPollDue(paces.get(connectionId), turn));
}

/** How often to look for polls that are due: more often while any connection is hot. */
export async function pollIntervalMs({ store, clock, policy, providers }: PaceDeps): Promise<number> {
  const paces = await store.read.pollPaces.all();
  const now = clock.now();
  const isAnyHot = [...providers.keys()].some((connectionId) => isHot(paces.get(connectionId), now));
  return isAnyHot ? hotIntervalMs(policy.polling.usageMs) : policy.polling.usageMs;
}

/** After a poll and what was found in it: decides how soon this connection is looked at again. */
export async function keepPace(
  deps: Pick<PaceDeps, 'store' | 'clock'>,
  provider: Provider,
  facts: Omit<PollFacts, 'connectionId' | 'hasRunningAlert'>,
): Promise<void> {
  const { connectionId } = provider;
  const hasRunningAlert = await runsAlert(deps, connectionId);
  const before = (await deps.store.read.pollPaces.all()).get(connectionId);
  const pace = paceAfter(before, { connectionId, hasRunningAlert, ...facts }, deps.clock.now());
  await deps.store.write((tx) => tx.pollPaces.put(pace));
}

/** Whether a lineage with an alert spent something in the last two hours of data, or there is no data to tell. */
async function runsAlert({ store, clock }: Pick<PaceDeps, 'store' | 'clock'>, connectionId: string): Promise<boolean> {
  const alerts = await store.read.alerts.unresolved();
  const keyIds: string[] = [];
  for (const alert of alerts.filter(({ state }) => state === 'open' || state === 'acknowledged')) {
    const { counted } = await keysOfAlert(store.read, alert);
    keyIds.push(...counted.filter((key) => key.connectionId === connectionId).map(({ id }) => id));
  }
  if (keyIds.length === 0) return false;
  const watermark = await store.read.watermarks.get(connectionId);
  if (watermark === undefined || watermark.polledAt === null) return true;
  const now = clock.now();
  // While nothing can be read the data ends where it ended: what spent then is taken to spend still.
  const from = horizonOf(watermark, now).knownUntil - RECENT_MS;
  const spent = await store.read.usage.costPerKey({ connectionId, from, to: now });
  return keyIds.some((keyId) => spent.has(keyId));
}
