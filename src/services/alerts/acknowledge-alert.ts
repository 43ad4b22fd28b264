import { type Actor, actorText } from '../../domain/actor.ts';
import { type Alert, type AlertGesture, afterEvent, GESTURES } from '../../domain/alert.ts';
import type { Deps } from '../deps.ts';
import { announceQuestion } from './announce.ts';
import { type AlertContext, alertToChange, alreadySo, keepChange, saveChange } from './change-alert.ts';

export interface AcknowledgeInput {
  readonly actor: Actor;
  readonly alertId: string;
}

/** Somebody has it. Answers a second acknowledgement with a conflict that names the state. */
export async function acknowledgeAlert(
  deps: Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets'>,
  { actor, alertId }: AcknowledgeInput,
): Promise<Alert> {
  return deps.store.write(async (tx) => {
    const before = await alertToChange(tx, alertId);
    const after = acknowledged(before, actor, deps.clock.now());
    if (after === null) throw alreadySo(before);
    await saveChange({ deps, tx } satisfies AlertContext, { before, after, kind: 'acknowledged', actor });
    return after;
  });
}

/** What answers an alert without a word about it. */
export type AnsweringAct = Extract<AlertGesture, 'act' | 'raise_cap' | 'rotate'>;

/**
 * Whoever acts on an open alert has answered it, so that nobody else is called; what acts by itself answers nothing. The
 * line about the act tells it: what is returned belongs into its detail.
 */
export async function answerAlert(
  context: AlertContext,
  alertId: string | null,
  { actor, gesture }: { readonly actor: Actor; readonly gesture: AnsweringAct },
): Promise<{ readonly acknowledged?: true }> {
  if (alertId === null || actor.kind === 'system') return {};
  const before = await context.tx.alerts.get(alertId);
  const after = before && afterEvent(before, GESTURES[gesture], context.deps.clock.now());
  if (!before || !after) return {};
  const answered = { ...after, acknowledgedBy: actorText(actor) };
  await keepChange(context, { before, after: answered, kind: 'acknowledged', actor });
  // The owner's question is none any more; the alert itself is announced with the line about the act.
  if (answered.ownerAsk !== null) await announceQuestion(context, answered.ownerAsk.id);
  return { acknowledged: true };
}

export function acknowledged(alert: Alert, actor: Actor, now: number): Alert | null {
  const after = afterEvent(alert, 'acknowledge', now);
  return after && { ...after, acknowledgedBy: actorText(actor) };
}
