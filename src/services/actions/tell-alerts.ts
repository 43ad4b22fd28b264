import { type Action, isLimitAct } from '../../domain/action.ts';
import { systemActor } from '../../domain/actor.ts';
import { type Alert, nextState } from '../../domain/alert.ts';
import type { Repos } from '../../ports/store.ts';
import { addAlertEvent, announceAlert } from '../alerts/announce.ts';
import type { Deps } from '../deps.ts';

interface TellContext {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
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
  // Stopping a sister key of the lineage does not contain what another key is doing.
  const blamed = alert.keyId === null || keyIds.includes(alert.keyId);
  const event = action.kind === 'restore' ? 'release' : 'contain';
  const state = (blamed ? nextState(alert.state, event) : null) ?? alert.state;
  const after: Alert = {
    ...alert,
    state,
    containedAt: state === 'contained' ? (alert.containedAt ?? now) : null,
    // Whoever starts the key again answers for it.
    acknowledgedBy: state === 'acknowledged' ? (alert.acknowledgedBy ?? action.requestedBy) : alert.acknowledgedBy,
    revision: alert.revision + 1,
  };
  await tx.alerts.update(after);
  if (state === alert.state) return;
  const detail = { from: alert.state, to: state };
  await tx.audit.append({
    at: now,
    actor: systemActor('run-actions'),
    verb: `alert.${state}`,
    subject: alert.id,
    detail,
  });
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
