import { type Actor, actorText } from '../../domain/actor.ts';
import type { Alert, OwnerAsk } from '../../domain/alert.ts';
import type { AlertEvent, Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { announceRollUp, isPerson } from '../noise/roll-up.ts';

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

interface Announced extends Pick<Alert, 'id'> {
  readonly ownerAsk?: OwnerAsk | null;
  readonly rollUp?: string | null;
}

/** Puts the alert's messages on the way: each is posted, or edited to what is true when it is sent. */
export async function announceAlert({ deps, tx }: Context, { id, ownerAsk, rollUp }: Announced): Promise<void> {
  const threadKey = `alert:${id}`;
  const createdAt = deps.clock.now();
  await tx.outbox.enqueue({ id: deps.ids.next('out'), kind: 'alert', subjectId: id, threadKey, createdAt });
  if (rollUp) await announceRollUp({ deps, tx }, rollUp);
  if (ownerAsk) await announceQuestion({ deps, tx }, ownerAsk.id);
  if (ownerAsk?.confirmId) {
    const subjectId = ownerAsk.confirmId;
    await tx.outbox.enqueue({ id: deps.ids.next('out'), kind: 'alert_event', subjectId, threadKey, createdAt });
  }
}

/** The same for the direct message that asks an owner. It waits for nothing that goes to the channel. */
export async function announceQuestion({ deps, tx }: Context, eventId: string): Promise<void> {
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: 'owner_question',
    subjectId: eventId,
    threadKey: `owner_question:${eventId}`,
    createdAt: deps.clock.now(),
  });
}

export interface AlertEventInput {
  readonly kind: string;
  readonly actor: Actor;
  readonly detail: AlertEvent['detail'];
}

/** Adds to the alert's history and tells it in the message's thread. Returns the event's id. */
export async function addAlertEvent(
  { deps, tx }: Context,
  alert: Announced,
  { kind, actor, detail }: AlertEventInput,
): Promise<string> {
  const id = deps.ids.next('event');
  const at = deps.clock.now();
  // What a person does about an alert of a roll-up gives it a message of its own, which has to be there before its thread.
  if (alert.rollUp && isPerson(actorText(actor))) await announceAlert({ deps, tx }, { id: alert.id });
  await tx.alerts.addEvent({ id, alertId: alert.id, at, kind, actor: actorText(actor), detail });
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: 'alert_event',
    subjectId: id,
    threadKey: `alert:${alert.id}`,
    createdAt: at,
  });
  return id;
}
