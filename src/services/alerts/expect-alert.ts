import type { Actor } from '../../domain/actor.ts';
import { type Alert, afterEvent } from '../../domain/alert.ts';
import { AppError } from '../../domain/errors.ts';
import { hourOf } from '../../domain/expectation.ts';
import type { Deps } from '../deps.ts';
import { type AlertContext, alertToChange, alreadySo, saveChange } from './change-alert.ts';

export interface ExpectInput {
  readonly actor: Actor;
  readonly alertId: string;
  readonly reason: string;
  /** How much longer it goes on; zero: it is over. */
  readonly lengthMs: number;
  /** Whether this person may say so of a critical alert. */
  readonly mayCritical: boolean;
}

/**
 * "This was us": closes the episode as legitimate, and lets about as much go on until the end that was named. A critical
 * one needs a responder.
 */
export async function expectAlert(
  deps: Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets'>,
  input: ExpectInput,
): Promise<Alert> {
  if (input.reason.trim() === '' || input.lengthMs < 0) throw refusal('invalid_input', 'it needs a reason');
  return deps.store.write(async (tx) => {
    const before = await alertToChange(tx, input.alertId);
    if (before.severity === 'critical' && !input.mayCritical) {
      throw refusal('forbidden', 'it is critical, and only a responder or an admin may say that it is expected');
    }
    return expectIn({ deps, tx }, before, input);
  });
}

/** The same inside of a transaction. */
export async function expectIn(
  { deps, tx }: AlertContext,
  before: Alert,
  { actor, reason, lengthMs }: Pick<ExpectInput, 'actor' | 'reason' | 'lengthMs'>,
): Promise<Alert> {
  const now = deps.clock.now();
  const closed = before.testOf === null ? afterEvent(before, 'expect', now) : null;
  if (closed === null) throw alreadySo(before);
  const { evidence, lostMicroUsd: costMicroUsd, startedAt, dataUntil: observedUntil } = before;
  const hourMicroUsd = hourOf({ evidence, costMicroUsd, startedAt, observedUntil });
  const until = now + lengthMs;
  const after = { ...closed, expected: { until, hourMicroUsd } };
  const detail = { until, reason: reason.trim(), hourMicroUsd };
  await saveChange({ deps, tx }, { before, after, kind: 'expected', actor, detail });
  return after;
}

/** "It was not us after all": the episode counts again. */
export async function reopenAlert(
  deps: Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets'>,
  { actor, alertId }: Pick<ExpectInput, 'actor' | 'alertId'>,
): Promise<Alert> {
  return deps.store.write(async (tx) => {
    const before = await alertToChange(tx, alertId);
    if (before.verdict !== 'legitimate') throw alreadySo(before);
    const latest = await tx.alerts.latestOfLineage(before.lineageId);
    if (latest?.id !== before.id) throw refusal('conflict', 'the key has a newer alert; go on there');
    const after = afterEvent(before, 'reopen', deps.clock.now());
    if (after === null) throw alreadySo(before);
    await saveChange({ deps, tx }, { before, after, kind: 'not_expected', actor });
    return after;
  });
}

function refusal(code: 'invalid_input' | 'forbidden' | 'conflict', why: string): AppError {
  return new AppError({ code, message: `refused: ${why}`, publicMessage: `Nothing was changed: ${why}.` });
}
