import { ENFORCE_MS, type Unseen } from '../../domain/overshoot.ts';
import { HOUR_MS } from '../../domain/time.ts';
import type { Watermark } from '../../ports/store.ts';
import { horizonOf } from '../alerts/horizon.ts';
import type { Deps } from '../deps.ts';
import { SETTLE_MS } from '../usage/poll-usage.ts';

/** What goes unseen on a connection: how late its usage is, until the next look, and until a stop has taken effect. */
export function unseenOn(policy: Deps['policy'], watermark: Watermark | undefined, now: number): Unseen {
  return { lagMs: lagOf(watermark, now), pollMs: policy.polling.usageMs, enforceMs: ENFORCE_MS };
}

/** A connection that shows nothing for an hour is idle, which says nothing of how late it is: then what providers need at most. */
function lagOf(watermark: Watermark | undefined, now: number): number {
  if (watermark?.polledAt == null) return SETTLE_MS;
  const { knownUntil } = horizonOf(watermark, now);
  const lagMs = now - knownUntil;
  const isIdle = watermark.failingSince === null && watermark.polledAt - knownUntil >= HOUR_MS;
  return isIdle ? SETTLE_MS : lagMs;
}
