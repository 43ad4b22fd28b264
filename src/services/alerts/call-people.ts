import { systemActor } from '../../domain/actor.ts';
import type { Alert } from '../../domain/alert.ts';
import { asCalled, callFor, lossStep } from '../../domain/escalation.ts';
import { addAlertEvent } from './announce.ts';
import type { AlertContext } from './change-alert.ts';
import { enqueuePages } from './pages.ts';

/**
 * Tells the thread that it got worse or that the loss has doubled, and calls people where they have not been called for
 * as much. Returns the alert that remembers it; writing it is the caller's.
 */
export async function callIfWorse(context: AlertContext, alert: Alert, was: { isWorse: boolean }): Promise<Alert> {
  const why = callFor(alert);
  const actor = systemActor('detect');
  const { deps, tx } = context;
  const at = deps.clock.now();
  const calls = why === null ? {} : { calls: 'opening' };
  if (was.isWorse || why === 'severity') {
    const detail = { severity: alert.severity, ...calls };
    await addAlertEvent(context, alert, { kind: 'worse', actor, detail });
    await tx.audit.append({ at, actor, verb: 'alert.worse', subject: alert.id, detail });
  } else if (why === 'loss') {
    const detail = { lostMicroUsd: lossStep(alert.lostMicroUsd), ...calls };
    await addAlertEvent(context, alert, { kind: 'loss', actor, detail });
  }
  if (why === null) return alert;
  await enqueuePages(context, alert, 'note');
  return asCalled(alert);
}
