import { type Actor, systemActor } from '../../domain/actor.ts';
import { type Alert, alertName, type OwnerAsk } from '../../domain/alert.ts';
import { AppError, toError } from '../../domain/errors.ts';
import { confirmedOwnerOf } from '../../domain/key.ts';
import { HOUR_MS } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { acknowledged } from './acknowledge-alert.ts';
import { addAlertEvent, announceAlert, announceQuestion } from './announce.ts';
import { type AlertContext, alertToChange, saveChange } from './change-alert.ts';
import { expectIn } from './expect-alert.ts';

const TIMERS = systemActor('alert-timers');
/** What a bare yes stands for: it may go on for a while. */
const YES_LENGTH_MS = HOUR_MS;
const YES_REASON = 'the owner says that it was them';

export type OwnerReach = { readonly kind: 'none' | 'away' } | { readonly kind: 'reachable'; readonly userId: string };

/** Whether the owner can be asked. Looked up outside of a transaction; who cannot be looked up cannot be asked. */
export async function reachOwner(
  deps: Pick<Deps, 'store' | 'directory' | 'logger'>,
  alert: Pick<Alert, 'lineageId' | 'testOf'>,
): Promise<OwnerReach> {
  const lineage = await deps.store.read.lineages.get(alert.lineageId);
  // A mere claim must not put off the call of those who can act.
  const userId = alert.testOf ?? confirmedOwnerOf(lineage ?? null);
  if (userId === null) return { kind: 'none' };
  try {
    const { isActiveFullMember } = await deps.directory.person(userId);
    return isActiveFullMember ? { kind: 'reachable', userId } : { kind: 'away' };
  } catch (error) {
    deps.logger.warn('owner look-up failed', { user: userId, error: toError(error) });
    return { kind: 'away' };
  }
}

/** "Was this you?", as a direct message of its own each time it is asked. */
export async function askOwner(
  context: AlertContext,
  { before, after }: { before: Alert; after: Alert },
  userId: string,
): Promise<void> {
  const { deps, tx } = context;
  const askedAt = deps.clock.now();
  const detail = { userId };
  const id = await addAlertEvent(context, after, { kind: 'owner_asked', actor: TIMERS, detail });
  const ownerAsk: OwnerAsk = { id, userId, askedAt, answer: null, answeredAt: null, confirmId: null };
  const asked = { ...after, ownerAsk };
  await tx.alerts.update(asked);
  await tx.audit.append({ at: askedAt, actor: TIMERS, verb: 'alert.owner_asked', subject: after.id, detail });
  await announceAlert(context, asked);
  // An older question loses its buttons.
  if (before.ownerAsk !== null) await announceQuestion(context, before.ownerAsk.id);
}

/** The direct message cannot be delivered: the responders hear of it instead, at once. */
export async function ownerNotReached(
  deps: Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets'>,
  eventId: string,
): Promise<void> {
  await deps.store.write(async (tx) => {
    const event = await tx.alerts.getEvent(eventId);
    const before = event && (await tx.alerts.get(event.alertId));
    if (before?.ownerAsk?.id !== eventId || before.state !== 'open' || before.ownerAsk.answer !== null) return;
    const after = { ...before, revision: before.revision + 1 };
    const detail = { to: 'responders', calls: 'responders', why: 'owner_not_reached' };
    await saveChange({ deps, tx }, { before, after, kind: 'escalated', actor: TIMERS, detail });
  });
}

export interface OwnerAnswer {
  readonly actor: Actor;
  readonly alertId: string;
  /** The question that was answered; there can be a newer one. */
  readonly askId: string;
  readonly answer: 'yes' | 'no';
  /** A confirmed owner decides; a claimed one is heard. */
  readonly mayExpect: boolean;
}

/**
 * Yes closes the alert as expected, up to high; on a critical one, or from somebody whose ownership nobody has confirmed,
 * a responder is asked to confirm it. No calls the responders.
 */
export async function answerOwner(
  deps: Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets'>,
  input: OwnerAnswer,
): Promise<Alert> {
  return deps.store.write(async (tx) => {
    const before = await alertToChange(tx, input.alertId);
    const ask = openQuestion(before, input.askId);
    const now = deps.clock.now();
    const ownerAsk: OwnerAsk = { ...ask, answer: input.answer, answeredAt: now };
    const answered = { ...before, ownerAsk, revision: before.revision + 1 };
    if (input.answer === 'no') return deny({ deps, tx }, { before, after: answered }, input.actor);
    const closes = before.severity !== 'critical' && before.testOf === null && input.mayExpect;
    if (!closes) return takeOn({ deps, tx }, { before, answered }, input);
    return expectIn({ deps, tx }, answered, { actor: input.actor, reason: YES_REASON, lengthMs: YES_LENGTH_MS });
  });
}

function openQuestion({ ownerAsk, state, number }: Alert, askId: string): OwnerAsk {
  const name = alertName({ number });
  if (ownerAsk?.id !== askId) throw tooLate(`you were asked again about ${name} later`);
  if (ownerAsk.answer !== null) throw tooLate(`you have answered ${ownerAsk.answer} already`);
  if (state === 'resolved') throw tooLate(`${name} is over`);
  return ownerAsk;
}

async function deny(context: AlertContext, change: { before: Alert; after: Alert }, actor: Actor): Promise<Alert> {
  await saveChange(context, { ...change, kind: 'owner_denied', actor, detail: { calls: 'responders' } });
  return change.after;
}

async function takeOn(
  { deps, tx }: { deps: Pick<Deps, 'clock' | 'ids' | 'outlets'>; tx: Repos },
  { before, answered }: { before: Alert; answered: Alert },
  { actor, mayExpect }: OwnerAnswer,
): Promise<Alert> {
  const taken = mayExpect ? acknowledged(answered, actor, deps.clock.now()) : null;
  const after = taken ?? answered;
  const detail = { acknowledged: taken !== null, isTest: before.testOf !== null };
  const confirmId = await saveChange({ deps, tx }, { before, after, kind: 'owner_confirmed', actor, detail });
  if (before.testOf !== null || after.ownerAsk === null) return after;
  const asking = { ...after, ownerAsk: { ...after.ownerAsk, confirmId } };
  await tx.alerts.update(asking);
  return asking;
}

function tooLate(why: string): AppError {
  return new AppError({
    code: 'conflict',
    message: `answer refused: ${why}`,
    publicMessage: `Thank you. Nothing was changed: ${why}.`,
  });
}
