import type { Actor } from '../../domain/actor.ts';
import { type Alert, afterEvent, openedBy } from '../../domain/alert.ts';
import { AppError } from '../../domain/errors.ts';
import { asCalled } from '../../domain/escalation.ts';
import { type Lineage, NEW_LINEAGE, slugFor } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { announceAlert } from './announce.ts';
import { type AlertContext, alertToChange, alreadySo, saveChange } from './change-alert.ts';
import { legsOf } from './test-legs.ts';

/** A lineage without keys: what tests are about. It is listed nowhere. */
const TEST_LINEAGE = 'lin_test_alert';

export interface StartedTest {
  readonly alert: Alert;
  /** False: one was open already. */
  readonly isNew: boolean;
}

/** Opens an alert about nothing that takes the whole way of a real one, with the person who asks in every role. */
export async function startTestAlert(
  deps: Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets'>,
  actor: Extract<Actor, { kind: 'slack' }>,
): Promise<StartedTest> {
  return deps.store.write(async (tx) => {
    const now = deps.clock.now();
    const lineage = await testLineage(tx, now);
    const latest = await tx.alerts.latestOfLineage(lineage.id);
    if (latest !== undefined && latest.state !== 'resolved') return { alert: latest, isNew: false };
    const opened = openedBy(
      {
        detectorId: 'test',
        lineageId: lineage.id,
        keyId: null,
        severity: 'high',
        startedAt: now,
        observedUntil: now,
        costMicroUsd: 0,
        headline: ['tried out'],
        reason: ['This is a test. No key is in danger.'],
        evidence: {},
        dedupeKey: `test:${lineage.id}`,
      },
      { id: deps.ids.next('alert'), number: await tx.alerts.nextNumber(), now },
    );
    const alert = asCalled({ ...opened, testOf: actor.userId });
    await tx.alerts.insert(alert);
    await tx.audit.append({
      at: now,
      actor,
      verb: 'alert.test_started',
      subject: alert.id,
      detail: { number: alert.number },
    });
    await announceAlert({ deps, tx }, alert);
    return { alert, isNew: true };
  });
}

/** Ends a test before its time. */
export async function endTestAlert(
  deps: Pick<Deps, 'store' | 'clock' | 'ids' | 'outlets'>,
  { actor, alertId }: { actor: Actor; alertId: string },
): Promise<void> {
  await deps.store.write(async (tx) => {
    await closeTest({ deps, tx }, await alertToChange(tx, alertId), actor);
  });
}

/** Closes a test and tells in its thread which legs of the way worked. */
export async function closeTest(context: AlertContext, before: Alert, actor: Actor): Promise<void> {
  const after = before.testOf === null ? null : afterEvent(before, 'end', context.deps.clock.now());
  if (after === null) throw alreadySo(before);
  const detail = await legsOf(context, before);
  await saveChange(context, { before, after, kind: 'test_ended', actor, detail });
}

async function testLineage(tx: Repos, now: number): Promise<Lineage> {
  const known = await tx.lineages.get(TEST_LINEAGE);
  if (known !== undefined) return known;
  const taken = new Set(await tx.lineages.slugs());
  const lineage: Lineage = {
    ...NEW_LINEAGE,
    id: TEST_LINEAGE,
    slug: slugFor('test-alert', (slug) => taken.has(slug)),
    environment: 'development',
    ownerSlackId: null,
    createdAt: now,
  };
  await tx.lineages.insert(lineage);
  return lineage;
}

/** A gesture that is meant for tests alone. */
export function requireTest(alert: Alert): void {
  if (alert.testOf !== null) return;
  throw new AppError({
    code: 'invalid_input',
    message: `alert ${alert.id} is no test`,
    publicMessage: 'This alert is real: it ends when the spend does. Nothing was changed.',
  });
}
