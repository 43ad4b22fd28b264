import type { Actor } from '../../domain/actor.ts';
import { type Alert, snoozed } from '../../domain/alert.ts';
import { AppError } from '../../domain/errors.ts';
import type { Deps } from '../deps.ts';
import { alertToChange, alreadySo, saveChange } from './change-alert.ts';

export interface SnoozeInput {
  readonly actor: Actor;
  readonly alertId: string;
  readonly until: number;
  readonly reason: string;
}

/** Nobody is called until then, unless it gets worse or its loss doubles. */
export async function snoozeAlert(
  deps: Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets'>,
  { actor, alertId, until, reason }: SnoozeInput,
): Promise<Alert> {
  const now = deps.clock.now();
  if (until <= now || reason.trim() === '') throw unclear();
  return deps.store.write(async (tx) => {
    const before = await alertToChange(tx, alertId);
    const after = snoozed(before, until, now);
    if (after === null) throw alreadySo(before);
    const detail = { until, reason: reason.trim() };
    await saveChange({ deps, tx }, { before, after, kind: 'snoozed', actor, detail });
    return after;
  });
}

function unclear(): AppError {
  return new AppError({
    code: 'invalid_input',
    message: 'snooze without an end ahead or without a reason',
    publicMessage: 'Nothing was changed: a snooze needs an end that is still ahead, and a reason.',
  });
}
