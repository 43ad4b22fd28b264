import { type Actor, actorText } from '../../domain/actor.ts';
import type { Alert } from '../../domain/alert.ts';
import type { AlertEvent, Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

/** Puts the alert's root message on the way: it is posted, or edited to what is true when it is sent. */
export async function announceAlert({ deps, tx }: Context, alert: Pick<Alert, 'id'>): Promise<void> {
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: 'alert',
    subjectId: alert.id,
    threadKey: `alert:${alert.id}`,
    createdAt: deps.clock.now(),
  });
}

export interface AlertEventInput {
  readonly kind: string;
  readonly actor: Actor;
  readonly detail: AlertEvent['detail'];
}

/** Adds to the alert's history and tells it in the message's thread. */
export async function addAlertEvent(
  { deps, tx }: Context,
  alert: Pick<Alert, 'id'>,
  { kind, actor, detail }: AlertEventInput,
): Promise<void> {
  const id = deps.ids.next('event');
  const at = deps.clock.now();
  await tx.alerts.addEvent({ id, alertId: alert.id, at, kind, actor: actorText(actor), detail });
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: 'alert_event',
    subjectId: id,
    threadKey: `alert:${alert.id}`,
    createdAt: at,
  });
}
