import { type Action, isShown } from '../../domain/action.ts';
import { confirmedOwnerOf } from '../../domain/key.ts';
import type { LadderFacts, LadderRecord } from '../../domain/stale-ladder.ts';
import { type Exemption, exemptionOf, type Idleness, idlenessOf, type Sight } from '../../domain/staleness.ts';
import { canBeUndone } from '../actions/policy-stop.ts';
import type { Deps } from '../deps.ts';
import { type KeySummary, type ListDeps, listAllKeys } from '../inventory/list-keys.ts';

export type StaleDeps = ListDeps & Pick<Deps, 'policy'>;

/** A key with what the ladder knows of it. */
export interface StaleEntry extends KeySummary {
  readonly idle: Idleness;
  readonly exemption: Exemption | null;
  readonly record: LadderRecord | null;
  readonly facts: LadderFacts;
}

const NO_SIGHT: Sight = { lastUsed: 'usage', usagePerKey: true, knownUntil: null };

/** Every key that is not gone, or that the ladder has something to finish with. */
export async function readStale(deps: StaleDeps): Promise<readonly StaleEntry[]> {
  const { stale, members, rotations, actions } = deps.store.read;
  const records = new Map((await stale.all()).map((record) => [record.keyId, record]));
  const rotating = new Set((await rotations.allOpen()).map(({ lineageId }) => lineageId));
  const inactive = new Set((await members.all()).filter((one) => !one.isActiveFullMember).map(({ userId }) => userId));
  const sights = await sightsOf(deps);
  const now = deps.clock.now();
  const entries: StaleEntry[] = [];
  for (const summary of await listAllKeys(deps)) {
    const { key, lineage } = summary;
    const record = records.get(key.id) ?? null;
    if (key.status === 'gone' && (record === null || record.state === 'over')) continue;
    const idle = idlenessOf(key, sights.get(key.connectionId) ?? NO_SIGHT, now);
    const isRotating = rotating.has(lineage.id);
    const exemption = exemptionOf({ key, lineage, isRotating }, deps.policy.staleness.exempt);
    const ownerId = confirmedOwnerOf(lineage);
    const action = record?.actionId ? ((await actions.get(record.actionId)) ?? null) : null;
    const facts: LadderFacts = {
      idle,
      status: key.status,
      exemption,
      ownerId: ownerId !== null && inactive.has(ownerId) ? null : ownerId,
      maySuspend: canBeUndone(deps, key) && deps.policy.staleness.suspendIn.includes(lineage.environment),
      stop: stopOf(action),
    };
    entries.push({ ...summary, idle, exemption, record, facts });
  }
  return entries;
}

/** By connection. */
async function sightsOf({ store, providers }: Pick<StaleDeps, 'store' | 'providers'>) {
  const sights = new Map<string, Sight>();
  for (const { connectionId, capabilities } of providers.values()) {
    const { lastUsed, usagePerKey } = capabilities;
    const knownUntil =
      lastUsed === 'listed'
        ? (await store.read.inventoryReads.get(connectionId))?.readAt
        : (await store.read.watermarks.get(connectionId))?.polledAt;
    sights.set(connectionId, { lastUsed, usagePerKey, knownUntil: knownUntil ?? null });
  }
  return sights;
}

function stopOf(action: Action | null): LadderFacts['stop'] {
  if (action === null) return null;
  if (isShown(action)) return 'done';
  return action.state === 'dismissed' || action.state === 'failed' ? 'given_up' : 'waiting';
}
