import type { Actor } from '../../domain/actor.ts';
import { type Alert, alertName } from '../../domain/alert.ts';
import { AppError } from '../../domain/errors.ts';
import type { AlertEvent, Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { addAlertEvent, announceAlert } from './announce.ts';
import { enqueuePages } from './pages.ts';

export type AlertDeps = Pick<Deps, 'outlets' | 'clock' | 'ids'>;

export interface AlertContext {
  readonly deps: AlertDeps;
  readonly tx: Repos;
}

export interface Change {
  readonly before: Alert;
  readonly after: Alert;
  /** The event for the thread; the audit verb is made of the same. */
  readonly kind: string;
  readonly actor: Actor;
  readonly detail?: AlertEvent['detail'];
}

/** Writes an alert's change of state with its history, its audit row, its messages and its pages. Returns the event's id. */
export async function saveChange(context: AlertContext, change: Change) {
  const { after, kind, actor, detail = {} } = change;
  const eventId = await addAlertEvent(context, after, { kind, actor, detail });
  await keepChange(context, change);
  await announceAlert(context, after);
  return eventId;
}

/** The same for a change that the line of something else tells. */
export async function keepChange(context: AlertContext, { before, after, kind, actor, detail = {} }: Change) {
  const { deps, tx } = context;
  await tx.alerts.update(after);
  await tx.audit.append({
    at: deps.clock.now(),
    actor,
    verb: `alert.${kind}`,
    subject: after.id,
    detail: { ...detail, from: before.state, to: after.state },
  });
  await tellPages(context, before, after);
}

/** Whoever was woken from outside of Slack learns that somebody has it, and when it is over. */
export async function tellPages(context: AlertContext, before: Alert, after: Alert): Promise<void> {
  if (before.state === after.state) return;
  if (after.state === 'acknowledged' || after.state === 'contained') await enqueuePages(context, after, 'acknowledge');
  if (after.state === 'resolved') await enqueuePages(context, after, 'resolve');
}

/** The alert that a person's act is about, as it stands in the transaction. */
export async function alertToChange(tx: Repos, alertId: string): Promise<Alert> {
  const alert = await tx.alerts.get(alertId);
  if (alert !== undefined) return alert;
  throw new AppError({
    code: 'conflict',
    message: `there is no alert ${alertId}`,
    publicMessage: 'This alert is already gone; nothing was changed.',
  });
}

/** For an act that comes too late. */
export function alreadySo(alert: Alert): AppError {
  return new AppError({
    code: 'conflict',
    message: `alert ${alertName(alert)} is ${alert.state}`,
    publicMessage: `This alert is already ${alert.state}; nothing was changed.`,
  });
}
