import { systemActor } from '../../domain/actor.ts';
import { type Alert, afterEvent } from '../../domain/alert.ts';
import { climb, dueAt, type PersonStep, TEST_LENGTH_MS } from '../../domain/escalation.ts';
import type { Deps } from '../deps.ts';
import { type AlertContext, saveChange } from './change-alert.ts';
import { askOwner, type OwnerReach, reachOwner } from './owner-question.ts';
import { enqueuePages } from './pages.ts';
import { closeTest } from './test-alert.ts';
import { pagedIn } from './who-is-paged.ts';

const TIMERS = systemActor('alert-timers');

type TimerDeps = Pick<Deps, 'outlets' | 'store' | 'clock' | 'ids' | 'policy' | 'directory' | 'logger'>;

/** When the first alert wants something done by itself; null for none. */
export async function nextAlertTimer({ store, policy }: Pick<Deps, 'store' | 'policy'>): Promise<number | null> {
  const times = (await store.read.alerts.timed()).map((alert) => dueAt(alert, policy.escalation));
  return times.reduce((first, at) => (first === null || (at !== null && at < first) ? at : first), null);
}

/** Calls whoever is next where nobody has acknowledged, wakes snoozed alerts, ends tests. */
export async function runAlertTimers(deps: TimerDeps): Promise<void> {
  const now = deps.clock.now();
  const failures: unknown[] = [];
  for (const alert of await deps.store.read.alerts.timed()) {
    // One that cannot be settled must not silence the others.
    if (isDue(alert, deps, now)) await runTimer(deps, alert, now).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

async function runTimer(deps: TimerDeps, alert: Alert, now: number): Promise<void> {
  const asks = climb(alert, deps.policy.escalation, now).call === 'owner';
  const owner: OwnerReach = asks ? await reachOwner(deps, alert) : { kind: 'none' };
  await deps.store.write(async (tx) => {
    const current = await tx.alerts.get(alert.id);
    // Somebody may have been faster than the look-up of the owner.
    if (current !== undefined && isDue(current, deps, now)) await runOne({ deps, tx }, current, { owner, now });
  });
}

function isDue(alert: Alert, { policy }: Pick<Deps, 'policy'>, now: number): boolean {
  const at = dueAt(alert, policy.escalation);
  return at !== null && at <= now;
}

interface Context extends AlertContext {
  readonly deps: TimerDeps;
}

async function runOne(context: Context, alert: Alert, { owner, now }: { owner: OwnerReach; now: number }) {
  if (alert.testOf !== null && now >= alert.openedAt + TEST_LENGTH_MS) {
    await closeTest(context, alert, TIMERS);
    return;
  }
  if (alert.snoozedUntil !== null && alert.snoozedUntil <= now) {
    const after = afterEvent(alert, 'unsnooze', now);
    if (after !== null) await saveChange(context, { before: alert, after, kind: 'snooze_over', actor: TIMERS });
    return;
  }
  await goUp(context, alert, { owner, now });
}

async function goUp(context: Context, before: Alert, { owner, now }: { owner: OwnerReach; now: number }) {
  if (before.escalation === null) return;
  const { taken, call, webhook } = climb(before, context.deps.policy.escalation, now);
  const escalation = { ...before.escalation, taken: [...before.escalation.taken, ...taken] };
  const after = { ...before, escalation, revision: before.revision + 1 };
  if (webhook) await enqueuePages(context, after, 'trigger');
  if (call === null) await context.tx.alerts.update(after);
  else if (call === 'owner' && owner.kind === 'reachable') await askOwner(context, { before, after }, owner.userId);
  else await callOn(context, { before, after }, { step: call, owner });
}

interface Called {
  readonly step: PersonStep;
  readonly owner: OwnerReach;
}

/** Responders are called in the place of an owner whom nobody can ask. */
async function callOn(
  context: Context,
  { before, after }: { before: Alert; after: Alert },
  { step, owner }: Called,
): Promise<void> {
  const to = step === 'owner' ? 'responders' : step;
  const why = step === 'owner' ? { why: owner.kind === 'none' ? 'no_owner' : 'owner_away' } : {};
  const waitedMs = context.deps.clock.now() - (before.escalation?.since ?? before.openedAt);
  const detail = { to, calls: to, waitedMs, ...why, ...(await wouldCall(context, after, to)) };
  await saveChange(context, { before, after, kind: 'escalated', actor: TIMERS, detail });
}

/** A test says whom a real alert would call, and calls them not. */
async function wouldCall({ deps, tx }: Context, { testOf }: Alert, to: 'responders' | 'admins') {
  if (testOf === null) return {};
  const { first, admins } = await pagedIn(tx, deps.policy);
  const names = (to === 'admins' ? admins : first).map(({ name, id }) => name ?? id).join(', ');
  return { wouldCall: `the ${to} (${names})` };
}
