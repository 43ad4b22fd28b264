import { actorText, systemActor } from '../../domain/actor.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { type Rotation, stepOf, withStep } from '../../domain/rotation.ts';
import type { EvidenceOf } from '../../domain/rotation-evidence.ts';
import { standingOf } from '../../domain/rotation-standing.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { saveRotation } from './announce-rotation.ts';
import { moveIntoLineage } from './move-key.ts';
import { RotationDue } from './rotation-due.ts';

const ACTOR = systemActor('update-inventory');
/** Many make the new key first and begin the rotation then. */
const BEFORE_MS = DAY_MS;

type JoinDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets' | 'policy'>;

/**
 * Verified new keys become the keys of their lineages by themselves: owner, cap, history and alerts go on. A key that
 * somebody else answers for, or that was there long before, takes a person who may move it.
 */
export async function joinVerifiedKeys(deps: JoinDeps): Promise<void> {
  for (const { id } of (await deps.store.read.rotations.allOpen()).filter(isReady)) {
    await deps.store.write(async (tx) => {
      const before = await tx.rotations.get(id);
      if (before === undefined || !isReady(before) || !(await mayJoin(tx, before))) return;
      const lineage = await tx.lineages.get(before.lineageId);
      if (lineage === undefined) return;
      const moved = await moveIntoLineage({ deps, tx }, before, ACTOR);
      const at = deps.clock.now();
      const fresh = before.newKeyId === null ? undefined : await tx.keys.get(before.newKeyId);
      const key = { createdAt: fresh?.createdAt ?? at };
      const evidence = inventoryEvidence(deps, { key, lineage, now: at });
      const change = {
        step: 'inventory',
        event: 'complete',
        by: actorText(ACTOR),
        at,
        reason: null,
        evidence,
      } as const;
      const detail = { step: 'inventory', newKeyId: before.newKeyId, nextDueAt: evidence.nextDueAt };
      const news = { actor: ACTOR, verb: 'rotation.step.done', detail };
      await saveRotation({ deps, tx }, { before, after: withStep(moved, change) }, news);
    });
  }
}

/** When the calendar takes its lineage's new key in its turn. */
function inventoryEvidence(
  { policy }: Pick<Deps, 'policy'>,
  { key, lineage, now }: { readonly key: Pick<Key, 'createdAt'>; readonly lineage: Lineage; readonly now: number },
): EvidenceOf<'inventory'> {
  return { proof: 'shown', nextDueAt: new RotationDue({ policy }).turnOf(key, lineage, now) };
}

function isReady(rotation: Rotation): boolean {
  const { newKeyId, kind } = rotation;
  if (newKeyId === null || kind === 'drill' || standingOf(rotation) !== 'open') return false;
  return stepOf(rotation, 'verify').state === 'done' && stepOf(rotation, 'inventory').state === 'todo';
}

async function mayJoin(tx: Repos, rotation: Rotation): Promise<boolean> {
  const fresh = await tx.keys.get(rotation.newKeyId ?? '');
  const old = await tx.keys.get(rotation.oldKeyId);
  if (fresh === undefined || old === undefined) return false;
  if (fresh.lineageId === rotation.lineageId) return true;
  const [from, to] = [await tx.lineages.get(fresh.lineageId), await tx.lineages.get(rotation.lineageId)];
  if (from === undefined || to === undefined || !isNewHere(fresh, old, rotation)) return false;
  const isNobodyElses = from.ownerSlackId === null || from.ownerSlackId === to.ownerSlackId;
  return isNobodyElses && (from.environment !== 'production' || to.environment === 'production');
}

function isNewHere(fresh: Key, old: Key, { startedAt }: Rotation): boolean {
  return fresh.scopeId === old.scopeId && (fresh.createdAt ?? fresh.firstSeenAt) >= startedAt - BEFORE_MS;
}
