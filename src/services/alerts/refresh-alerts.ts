import { systemActor } from '../../domain/actor.ts';
import { type Alert, afterEvent, isQuiet, QUIET_MS } from '../../domain/alert.ts';
import { isStanding } from '../../domain/finding.ts';
import type { Key } from '../../domain/key.ts';
import { costBetween } from '../../domain/window.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Repos, Watermark } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { keysOfAlert } from './alert-keys.ts';
import { announceAlert } from './announce.ts';
import { callIfWorse } from './call-people.ts';
import { saveChange } from './change-alert.ts';
import { horizonOf } from './horizon.ts';

const UNREAD = { polledAt: null, newestUsageAt: null };

type RefreshDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets'>;

/** After a poll: brings the sums of open alerts up to date and resolves those that complete data shows to be over. */
export async function refreshAlerts(deps: RefreshDeps, provider: Provider, watermark: Watermark): Promise<void> {
  const { read } = deps.store;
  const now = deps.clock.now();
  for (const alert of await read.alerts.unresolved()) {
    const { counted, blamed } = await keysOfAlert(read, alert);
    if (!counted.some((key) => key.connectionId === provider.connectionId)) continue;
    const keyIds = counted.map((key) => key.id);
    const buckets = await read.usage.ofKeys(keyIds, { from: alert.startedAt, to: now });
    const horizon = await commonHorizon(deps, watermark, blamed);
    // A wide bucket that the start falls into counts by its share; the newest one is spent money and counts whole.
    const lostMicroUsd = Math.round(costBetween(buckets, alert.startedAt, Number.POSITIVE_INFINITY));
    await deps.store.write((tx) => refreshOne({ deps, tx }, alert.id, { ...horizon, lostMicroUsd }));
  }
}

/** How far all connections have been read that a blamed key is of: what one of them does not show may still run. */
async function commonHorizon({ store, clock }: RefreshDeps, just: Watermark, blamed: readonly Key[]) {
  const horizons: ReturnType<typeof horizonOf>[] = [];
  for (const connectionId of new Set(blamed.map((key) => key.connectionId))) {
    const known = connectionId === just.connectionId ? just : await store.read.watermarks.get(connectionId);
    horizons.push(horizonOf(known ?? UNREAD, clock.now()));
  }
  return {
    knownUntil: Math.min(...horizons.map(({ knownUntil }) => knownUntil)),
    completeUntil: Math.min(...horizons.map(({ completeUntil }) => completeUntil)),
  };
}

interface Facts {
  readonly lostMicroUsd: number;
  readonly knownUntil: number;
  readonly completeUntil: number;
}

async function refreshOne(
  { deps, tx }: { deps: RefreshDeps; tx: Repos },
  alertId: string,
  facts: Facts,
): Promise<void> {
  const before = await tx.alerts.get(alertId);
  if (before === undefined || before.state === 'resolved') return;
  const now = deps.clock.now();
  const closed = isQuiet(before, facts.completeUntil) ? afterEvent(before, 'quiet', now) : null;
  const refreshed: Alert = {
    ...(closed ?? before),
    lostMicroUsd: facts.lostMicroUsd,
    dataUntil: Math.max(before.dataUntil, facts.knownUntil),
  };
  if (closed !== null) {
    // Quiet means that nothing is told any more: what is held back may still go on.
    const held = (await tx.quiet.ofLineage(before.lineageId, now - QUIET_MS)).some(
      ({ alertId: id }) => id === before.id,
    );
    const isCap = before.evidence['capMicroUsd'] !== undefined;
    const why = held ? { held: true } : isStanding(before) ? { standing: true, isCap } : {};
    const detail = { lostMicroUsd: refreshed.lostMicroUsd, ...why };
    const actor = systemActor('poll-usage');
    await saveChange({ deps, tx }, { before, after: refreshed, kind: 'resolved', actor, detail });
    return;
  }
  const after = await callIfWorse({ deps, tx }, refreshed, { isWorse: false });
  await tx.alerts.update(after);
  // A stopped key's card is edited when its sum changes, not at each poll for hours.
  const isRunning = before.state === 'open' || before.state === 'acknowledged';
  if (isRunning || after.lostMicroUsd !== before.lostMicroUsd) await announceAlert({ deps, tx }, after);
}
