import { overshootOf, PROVIDER_LATE_MS } from '../../domain/overshoot.ts';
import { HOUR_MS } from '../../domain/time.ts';
import { horizonOf } from '../alerts/horizon.ts';
import type { Deps } from '../deps.ts';
import { unseenOn } from '../risk/unseen.ts';

/** What can be spent beyond a cap at the rate of the last hour that is known. */
export interface Overshoot {
  readonly hourMicroUsd: number;
  /** Until the team's own cap acts, or would be told of. */
  readonly ownMicroUsd: number;
  /** Until the provider refuses. */
  readonly providerMicroUsd: number;
}

export async function presentOvershoot(
  { store, clock, policy }: Pick<Deps, 'store' | 'clock' | 'policy'>,
  { connectionId, keyIds }: { readonly connectionId: string; readonly keyIds: readonly string[] },
): Promise<Overshoot> {
  const now = clock.now();
  const watermark = await store.read.watermarks.get(connectionId);
  const until = watermark === undefined ? now : horizonOf(watermark, now).knownUntil;
  const hourMicroUsd = await store.read.usage.costOf(keyIds, { from: until - HOUR_MS, to: until });
  return {
    hourMicroUsd,
    ownMicroUsd: overshootOf(hourMicroUsd, unseenOn(policy, watermark, now)),
    providerMicroUsd: overshootOf(hourMicroUsd, { lagMs: 0, pollMs: 0, enforceMs: PROVIDER_LATE_MS }),
  };
}
