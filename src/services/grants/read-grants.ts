import {
  type Grant,
  type GrantFacts,
  isInForce,
  ownCapTarget,
  presentValue,
  sameValue,
  scopeTarget,
  warningAt,
} from '../../domain/grant.ts';
import type { Key } from '../../domain/key.ts';
import { ownCapOf } from '../../domain/own-cap.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { spentThisMonth } from '../limits/describe-scope.ts';

type ReadDeps = Pick<Deps, 'store' | 'clock' | 'providers' | 'policy'>;
type HoldDeps = Pick<Deps, 'store' | 'policy'>;

/** All that the next move of a grant depends on. */
export async function factsOf(deps: ReadDeps, grant: Grant): Promise<GrantFacts> {
  const { actions, keys } = deps.store.read;
  const action = grant.actionId === null ? null : await actions.get(grant.actionId);
  const restore = grant.restoreActionId === null ? null : await actions.get(grant.restoreActionId);
  const key = await keys.get(grant.keyId);
  const now = deps.clock.now();
  // A month is added up only where the sum decides, or is told.
  const wantsSum = grant.kind === 'set_spend_limit' && now >= (warningAt(grant) ?? grant.untilAt);
  return {
    now,
    // An act that is not there any more was never proven.
    action: action === undefined ? { state: 'failed', verifiedAt: null } : action,
    restore: restore ?? null,
    ...(await presentOf(deps, grant, key)),
    spentMicroUsd: wantsSum && key !== undefined ? await spentThisMonth(deps, key) : null,
    upper: await upperOf(deps.store.read, grant),
  };
}

/** The grants that hold for a key now: those of its scope, and of its lineage's own cap. Oldest first. */
export async function grantsOfKey({ store, policy }: HoldDeps, key: Key): Promise<readonly Grant[]> {
  const open = await store.read.grants.open();
  if (open.length === 0) return [];
  const targets = [ownCapTarget(key.lineageId)];
  if (key.scopeId !== null) {
    const scope = { connectionId: key.connectionId, scopeId: key.scopeId };
    targets.push(scopeTarget({ ...scope, kind: 'set_spend_limit' }), scopeTarget({ ...scope, kind: 'set_models' }));
    targets.push(scopeTarget({ ...scope, kind: 'set_rate_limit' }));
  }
  const isOn = ({ target }: Grant) => targets.some((one) => target === one || target.startsWith(`${one}:`));
  const holding = await Promise.all(open.filter(isOn).map((grant) => holds({ store, policy }, grant)));
  return holding.filter((grant) => grant !== null);
}

/** Every grant that holds now, by its end. */
export async function holdingGrants({ store, policy }: HoldDeps): Promise<readonly Grant[]> {
  const open = await store.read.grants.open();
  const holding = await Promise.all(open.map((grant) => holds({ store, policy }, grant)));
  return holding.filter((grant) => grant !== null).toSorted((a, b) => a.untilAt - b.untilAt);
}

/** In force, and what it granted is what stands there, or a later grant stands on it. */
async function holds(deps: HoldDeps, grant: Grant): Promise<Grant | null> {
  const { read } = deps.store;
  if (
    grant.actionId !== null &&
    !isInForce((await read.actions.get(grant.actionId)) ?? { state: 'failed', verifiedAt: null })
  )
    return null;
  const { present } = await presentOf(deps, grant, await read.keys.get(grant.keyId));
  if (present === undefined || sameValue(present, grant.change.to)) return grant;
  return (await upperOf(read, grant)) === null ? null : grant;
}

/** What is known to stand there. */
async function presentOf(
  { store, policy }: HoldDeps,
  grant: Grant,
  key: Key | undefined,
): Promise<Pick<GrantFacts, 'present' | 'presentAt'>> {
  const { read } = store;
  const { change } = grant;
  if ('lineageId' in change) {
    const lineage = await read.lineages.get(change.lineageId);
    return { present: lineage && ownCapOf(lineage, policy).microUsd, presentAt: null };
  }
  const known = key && (await read.scopeLimits.get(key.connectionId, change.scopeId));
  if (known?.limits == null) return { present: undefined, presentAt: null };
  return { present: presentValue(grant, known.limits), presentAt: known.readAt };
}

/** The grant that stands on this one: made later, in force, and what it would restore is what this one granted. */
async function upperOf(read: Repos, grant: Grant): Promise<Grant | null> {
  const later = (await read.grants.open()).filter(
    (one) => one.target === grant.target && one.id !== grant.id && one.grantedAt >= grant.grantedAt,
  );
  for (const one of later) {
    if (!sameValue(one.change.from, grant.change.to)) continue;
    const action = one.actionId === null ? null : await read.actions.get(one.actionId);
    if (action !== undefined && isInForce(action)) return one;
  }
  return null;
}
