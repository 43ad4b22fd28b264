import type { Action } from '../../domain/action.ts';
import { systemActor } from '../../domain/actor.ts';
import { type Alert, afterEvent, blameKey, otherKeys } from '../../domain/alert.ts';
import { STOPPED_STATUSES } from '../../domain/key.ts';
import type { AlertEvent, Repos } from '../../ports/store.ts';
import { addAlertEvent, announceAlert } from '../alerts/announce.ts';
import { tellPages } from '../alerts/change-alert.ts';
import type { Deps } from '../deps.ts';
import { lineageCounting } from '../rotation/named-keys.ts';

export interface TellContext {
  readonly deps: Pick<Deps, 'clock' | 'ids' | 'outlets'>;
  readonly tx: Repos;
}

export interface Telling {
  readonly action: Action;
  /** The line in the thread; null: the card alone says it. */
  readonly told: {
    readonly kind: `action_${'confirmed' | 'verified' | 'used_after' | 'delayed' | 'refused' | 'failed' | 'overtaken'}`;
    readonly detail: AlertEvent['detail'];
  } | null;
  /** What it means for the life of an alert about one of the keys. */
  readonly follow: 'contain' | 'release' | 'finding_after_stop' | null;
  /** The keys whose state was read. */
  readonly keyIds: readonly string[];
}

/** The open alerts of the keys hear what became of an action: stopped means contained, started again means released. */
export async function tellAlerts(context: TellContext, { action, told, follow, keyIds }: Telling): Promise<void> {
  const actor = systemActor('run-actions');
  for (const alert of await alertsOf(context.tx, action, keyIds)) {
    // Stopping a sister key of the lineage does not contain what another key is doing.
    const isBlamed = alert.keyId === null || keyIds.includes(alert.keyId);
    if (follow !== null && isBlamed) await followAct(context, { action, follow, keyIds }, alert);
    if (told !== null) await addAlertEvent(context, alert, { ...told, actor });
    await announceAlert(context, alert);
  }
}

interface Following extends Pick<Telling, 'action' | 'keyIds'> {
  readonly follow: NonNullable<Telling['follow']>;
}

async function followAct(
  { deps, tx }: TellContext,
  { action, follow, keyIds }: Following,
  alert: Alert,
): Promise<void> {
  const now = deps.clock.now();
  const after = await afterAct({ deps, tx }, alert, { action, follow, keyIds });
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
  { action, follow, keyIds }: Following,
): Promise<Alert> {
  const other = follow === 'contain' ? await runningSister(tx, alert, keyIds) : undefined;
  if (other !== undefined) return blameKey(alert, other);
  const after = afterEvent(alert, follow, deps.clock.now()) ?? { ...alert, revision: alert.revision + 1 };
  // Whoever starts the key again answers for it.
  return follow === 'release' && after.state === 'acknowledged'
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
    const latest = key && (await tx.alerts.latestOfLineage(await lineageCounting(tx, key)));
    if (latest !== undefined && latest.state !== 'resolved') alerts.set(latest.id, latest);
  }
  return [...alerts.values()];
}
