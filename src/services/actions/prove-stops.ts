import { type Action, auditVerb, PROOF_MS, silentFrom } from '../../domain/action.ts';
import { ownerDeletion } from '../../domain/action-params.ts';
import { systemActor } from '../../domain/actor.ts';
import { deadKeyFinding, deadUseOf } from '../../domain/detectors/dead-key-used.ts';
import type { Finding } from '../../domain/finding.ts';
import { type Key, STOPPED_STATUSES } from '../../domain/key.ts';
import { isUse, type UsageBucket } from '../../domain/usage.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Repos, Watermark } from '../../ports/store.ts';
import { horizonOf } from '../alerts/horizon.ts';
import { type RecordDeps, recordFinding } from '../alerts/record-finding.ts';
import type { Deps } from '../deps.ts';
import { tellAlerts } from './tell-alerts.ts';

const JOB = systemActor('prove-stops');

type ProveDeps = RecordDeps & Pick<Deps, 'logger'>;

/** After a poll: the second fact of every stop on this connection. No usage after the grace, in data that is complete. */
export async function proveStops(deps: ProveDeps, provider: Provider, watermark: Watermark): Promise<void> {
  const { completeUntil } = horizonOf(watermark, deps.clock.now());
  for (const action of await deps.store.read.actions.confirmed()) {
    const keys = await keysOf(deps.store.read, action);
    if (!keys.some(({ connectionId }) => connectionId === provider.connectionId)) continue;
    const active = keys.find(({ status }) => !STOPPED_STATUSES.has(status));
    if (active !== undefined) await endOvertaken(deps, action, active);
    else await prove(deps, { action, keys }, completeUntil);
  }
}

interface Stopped {
  readonly action: Action;
  /** All keys that the act has stopped. */
  readonly keys: readonly Key[];
}

async function prove(deps: ProveDeps, stopped: Stopped, completeUntil: number): Promise<void> {
  const from = silentFrom(stopped.action);
  const keyIds = stopped.keys.map(({ id }) => id);
  const buckets = await deps.store.read.usage.startedIn(keyIds, { from, to: Number.MAX_SAFE_INTEGER });
  const used = buckets.filter(isUse);
  if (used.length > 0) await takeUpAgain(deps, stopped, used);
  else if (completeUntil >= from + PROOF_MS) await verify(deps, stopped, completeUntil);
}

async function verify(deps: ProveDeps, { action, keys }: Stopped, checkedUntil: number): Promise<void> {
  const now = deps.clock.now();
  const { kind, requestedBy, usedAfterMicroUsd } = action;
  await deps.store.write(async (tx) => {
    if (!(await isAsRead(tx, action))) return;
    await tx.actions.update({ ...action, state: 'verified', verifiedAt: now, checkedUntil });
    const detail = { silentFrom: silentFrom(action), checkedUntil };
    const verb = auditVerb(kind, 'verified');
    await tx.audit.append({ at: now, actor: JOB, verb, subject: action.keyId, detail: { ...detail, requestedBy } });
    const told = { kind: 'action_verified', detail: { kind, ...detail } } as const;
    // An alert that was opened again by what was used is over now.
    const follow = usedAfterMicroUsd === null ? null : 'contain';
    await tellAlerts({ deps, tx }, { action, told, follow, keyIds: keys.map(({ id }) => id) });
  });
}

/** The provider's word was not enough: the alert is opened (again), and the act reads the key anew, and acts anew if need be. */
async function takeUpAgain(deps: ProveDeps, { action, keys }: Stopped, used: readonly UsageBucket[]): Promise<void> {
  const now = deps.clock.now();
  const { kind, requestedBy } = action;
  const costMicroUsd = used.reduce((sum, bucket) => sum + bucket.costMicroUsd, 0);
  const blamed = keys.find(({ id }) => used.some(({ keyId }) => keyId === id));
  // The finding first: should this end between the two, the next poll finds the same again.
  if (blamed !== undefined) await recordFinding(deps, findingOf({ action, key: blamed, used, now }));
  await deps.store.write(async (tx) => {
    if (!(await isAsRead(tx, action))) return;
    const usedAfterMicroUsd = (action.usedAfterMicroUsd ?? 0) + costMicroUsd;
    await tx.actions.update({ ...action, state: 'pending', notBeforeAt: now, usedAfterMicroUsd });
    const detail = {
      costMicroUsd,
      silentFrom: silentFrom(action),
      batchesOnly: used.every((bucket) => deadUseOf(bucket).isBatch),
    };
    const verb = auditVerb(kind, 'used_after');
    await tx.audit.append({ at: now, actor: JOB, verb, subject: action.keyId, detail: { ...detail, requestedBy } });
    // The card keeps the sum; the thread is told once.
    const told =
      action.usedAfterMicroUsd === null ? ({ kind: 'action_used_after', detail: { kind, ...detail } } as const) : null;
    await tellAlerts({ deps, tx }, { action, told, follow: null, keyIds: keys.map(({ id }) => id) });
  });
  deps.logger.warn('used after it was stopped', { action: action.id, kind, costMicroUsd });
}

/** Somebody has started the key again: there is nothing left to prove. */
async function endOvertaken(deps: ProveDeps, action: Action, active: Key): Promise<void> {
  const now = deps.clock.now();
  await deps.store.write(async (tx) => {
    if (!(await isAsRead(tx, action))) return;
    const problem = 'The key was started again before usage could prove the stop.';
    await tx.actions.update({ ...action, state: 'dismissed', problem });
    const detail = { status: active.status };
    const verb = auditVerb(action.kind, 'overtaken');
    await tx.audit.append({ at: now, actor: JOB, verb, subject: action.keyId, detail });
    const restored = (await tx.actions.ofKey(active.id)).some(
      ({ kind, state, requestedAt }) =>
        kind === 'restore' && state === 'verified' && requestedAt >= (action.confirmedAt ?? action.requestedAt),
    );
    // What was restored from here has been told, and somebody answers for it.
    if (restored) return;
    const told = { kind: 'action_overtaken', detail: { kind: action.kind } } as const;
    await tellAlerts({ deps, tx }, { action, told, follow: 'finding_after_stop', keyIds: [active.id] });
  });
}

interface Used {
  readonly action: Action;
  readonly key: Key;
  readonly used: readonly UsageBucket[];
  readonly now: number;
}

function findingOf({ action, key, used, now }: Used): Finding {
  const lastUsedAt = Math.max(...used.map(({ startAt, widthMs }) => startAt + widthMs));
  return deadKeyFinding({
    lineageId: key.lineageId,
    keyId: key.id,
    stoppedAt: action.confirmedAt ?? action.requestedAt,
    knownUntil: Math.min(lastUsedAt, now),
    uses: used.map(deadUseOf),
  });
}

async function keysOf({ keys }: Pick<Repos, 'keys'>, { keyId, kind, params }: Action): Promise<readonly Key[]> {
  const ids = kind === 'delete_owner' ? ownerDeletion.parse(params).keyIds : [keyId];
  return (await Promise.all(ids.map((id) => keys.get(id)))).filter((key) => key !== undefined);
}

/** Somebody may have started it again, or another poll have proven it, while the usage was read. */
async function isAsRead({ actions }: Pick<Repos, 'actions'>, { id, confirmedAt }: Action): Promise<boolean> {
  const standing = await actions.get(id);
  return standing?.state === 'confirmed' && standing.confirmedAt === confirmedAt;
}
