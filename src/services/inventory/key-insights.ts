import { type Key, type Lineage, STOPPED_STATUSES } from '../../domain/key.ts';
import { secretPlaceOf } from '../../domain/secret-place.ts';
import { type RiskDeps, recentRisk } from '../risk/read-risk.ts';
import { RotationDue } from '../rotation/rotation-due.ts';

export interface KeyInsight {
  /** The next turn of its calendar; null: it is never rotated, or has ended. */
  readonly rotationDueAt: number | null;
  readonly blastRadiusMicroUsd: number | null;
  /** Where its value is kept, in words. */
  readonly storedIn: readonly string[] | null;
}

export type KeyInsights = (about: { readonly key: Key; readonly lineage: Lineage }) => KeyInsight;

const NOT_KNOWN: KeyInsight = { rotationDueAt: null, blastRadiusMicroUsd: null, storedIn: null };

/** For those who ask for none of it. */
export const noInsights: KeyInsights = () => NOT_KNOWN;

/** What other parts know of keys besides the inventory; every list, card, sheet and JSON reads it here. */
export async function keyInsights(deps: RiskDeps): Promise<KeyInsights> {
  const { byKey } = await recentRisk(deps);
  const due = new RotationDue(deps);
  const now = deps.clock.now();
  return ({ key, lineage }) => {
    const { slug, environment } = lineage;
    const place = secretPlaceOf({ slug, environment, provider: key.providerId }, deps.policy);
    return {
      rotationDueAt: STOPPED_STATUSES.has(key.status) ? null : due.turnOf(key, lineage, now),
      blastRadiusMicroUsd: byKey.get(key.id)?.radius.worst48hMicroUsd ?? null,
      storedIn: place === null ? null : [`${place.store}: ${place.reference}`],
    };
  };
}
