import { type Action, isLimitAct } from '../../domain/action.ts';
import { systemActor } from '../../domain/actor.ts';
import { type Alert, afterEvent, blameKey, otherKeys } from '../../domain/alert.ts';
import { STOPPED_STATUSES } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';
import { addAlertEvent, announceAlert } from '../alerts/announce.ts';
import { tellPages } from '../alerts/change-alert.ts';
import type { Deps } from '../deps.ts';

interface TellContext {
  readonly deps: Pick<Deps, 'clock' | 'ids' | 'outlets'>;
  readonly tx: Repos;
}

interface Telling {
  readonly action: Action;
  readonly told: {
    readonly kind: 'action_verified' | 'action_delayed' | 'action_failed';
    readonly detail: Readonly<Record<string, string | number | boolean | null>>;
  };
  /** The keys whose state was proven. */
  readonly keyIds: readonly string[];
}

/** The open alerts of the keys hear what became of an action: stopped means contained, started again means released. */
export async function tellAlerts(context: TellContext, { action, told, keyIds }: Telling): Promise<void> {
  const actor = systemActor('run-actions');
  for (const alert of await alertsOf(context.tx, action, keyIds)) {
    if (told.kind === 'action_verified' && !isLimitAct(action.kind)) await follow(context, { action, keyIds }, alert);
    await addAlertEvent(context, alert, { ...told, actor });
    await announceAlert(context, alert);
  }
}

async function follow(
  { deps, tx }: TellContext,
  { action, keyIds }: Pick<Telling, 'action' | 'keyIds'>,
  alert: Alert,
): Promise<void> {
  const now = deps.clock.now();
  const after = await afterAct({ deps, tx }, alert, { action, keyIds });
  await tx.alerts.update(after);
  if (after.state === alert.state) return;
  await tellPages({ deps, tx }, alert, after);
  const detail = { from: alert.state, to: after.state };
  await tx.audit.append({
    at: now,
    actor: systemActor('run-actions'),
    verb: `alert.${after.state}`,
    subject: alert.id,
    detail,
  });
}

async function afterAct(
  { deps, tx }: TellContext,
  alert: Alert,
  { action, keyIds }: Pick<Telling, 'action' | 'keyIds'>,
): Promise<Alert> {
  const same = { ...alert, revision: alert.revision + 1 };
  // Stopping a sister key of the lineage does not contain what another key is doing.
  if (alert.keyId !== null && !keyIds.includes(alert.keyId)) return same;
  const event = action.kind === 'restore' ? 'release' : 'contain';
  const other = event === 'contain' ? await runningSister(tx, alert, keyIds) : undefined;
  if (other !== undefined) return blameKey(alert, other);
  const after = afterEvent(alert, event, deps.clock.now()) ?? same;
  // Whoever starts the key again answers for it.
  return event === 'release' && after.state === 'acknowledged'
    ? { ...after, acknowledgedBy: alert.acknowledgedBy ?? action.requestedBy }
    : after;
}

/** Another key of the lineage that misbehaves as well and still works. */
async function runningSister(tx: Repos, alert: Alert, stopped: readonly string[]): Promise<string | undefined> {
  for (const [keyId] of otherKeys(alert)) {
    const key = await tx.keys.get(keyId);
    if (key !== undefined && !stopped.includes(keyId) && !STOPPED_STATUSES.has(key.status)) return keyId;
  }
  return undefined;
}

/** The alert that it was asked from, and those that stand open: a click can come from an old message. */
async function alertsOf(tx: Repos, action: Action, keyIds: readonly string[]): Promise<readonly Alert[]> {
  const asked = action.alertId === null ? undefined : await tx.alerts.get(action.alertId);
  const alerts = new Map(asked === undefined ? [] : [[asked.id, asked]]);
  for (const keyId of new Set([action.keyId, ...keyIds])) {
    const key = await tx.keys.get(keyId);
    const latest = key && (await tx.alerts.latestOfLineage(key.lineageId));
    if (latest !== undefined && latest.state !== 'resolved') alerts.set(latest.id, latest);
  }
  return [...alerts.values()];
}
