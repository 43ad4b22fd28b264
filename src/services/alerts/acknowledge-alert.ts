import { type Actor, actorText } from '../../domain/actor.ts';
import { type Alert, nextState } from '../../domain/alert.ts';
import { AppError } from '../../domain/errors.ts';
import type { Deps } from '../deps.ts';
import { addAlertEvent, announceAlert } from './announce.ts';

export interface AcknowledgeInput {
  readonly actor: Actor;
  readonly alertId: string;
}

/** Somebody has it. Answers a second acknowledgement with a conflict that names the state. */
export async function acknowledgeAlert(
  deps: Pick<Deps, 'store' | 'clock' | 'ids'>,
  { actor, alertId }: AcknowledgeInput,
): Promise<Alert> {
  return deps.store.write(async (tx) => {
    const before = await tx.alerts.get(alertId);
    const state = before && nextState(before.state, 'acknowledge');
    if (before === undefined || state === null || state === undefined) {
      throw new AppError({
        code: 'conflict',
        message: `alert ${alertId} cannot be acknowledged from ${before?.state ?? 'nowhere'}`,
        publicMessage: `This alert is already ${before?.state ?? 'gone'}; nothing was changed.`,
      });
    }
    const now = deps.clock.now();
    const after: Alert = { ...before, state, acknowledgedBy: actorText(actor), revision: before.revision + 1 };
    await tx.alerts.update(after);
    await addAlertEvent({ deps, tx }, after, { kind: 'acknowledged', actor, detail: {} });
    await tx.audit.append({ at: now, actor, verb: 'alert.acknowledged', subject: after.id });
    await announceAlert({ deps, tx }, after);
    return after;
  });
}
