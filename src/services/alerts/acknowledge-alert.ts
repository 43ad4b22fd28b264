import { type Actor, actorText } from '../../domain/actor.ts';
import { type Alert, afterEvent } from '../../domain/alert.ts';
import type { Deps } from '../deps.ts';
import { type AlertContext, alertToChange, alreadySo, saveChange } from './change-alert.ts';

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

export function acknowledged(alert: Alert, actor: Actor, now: number): Alert | null {
  const after = afterEvent(alert, 'acknowledge', now);
  return after && { ...after, acknowledgedBy: actorText(actor) };
}
