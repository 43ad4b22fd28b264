import { systemActor } from '../../domain/actor.ts';
import { type Alert, isSameEpisode, mergeFinding, openedBy } from '../../domain/alert.ts';
import { asCalled, pages } from '../../domain/escalation.ts';
import { isExpected } from '../../domain/expectation.ts';
import { type Finding, severityRank } from '../../domain/finding.ts';
import type { Repos } from '../../ports/store.ts';
import { autoContain } from '../actions/auto-contain.ts';
import type { Deps } from '../deps.ts';
import { addAlertEvent, announceAlert } from './announce.ts';
import { callIfWorse } from './call-people.ts';

export type RecordDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'providers' | 'outlets'>;

/** Opens the lineage's alert, or merges the finding into the one that stands for this episode. */
export async function recordFinding(deps: RecordDeps, finding: Finding): Promise<Alert> {
  return deps.store.write(async (tx) => {
    const latest = await tx.alerts.latestOfLineage(finding.lineageId);
    const now = deps.clock.now();
    const alert =
      latest !== undefined && isSameEpisode(latest, now) && !isNewsOnly(latest, finding)
        ? await merge({ deps, tx }, latest, finding)
        : await open({ deps, tx }, finding);
    await tx.alerts.addFinding({ ...finding, id: deps.ids.next('find'), alertId: alert.id, foundAt: now });
    await autoContain({ deps, tx }, alert);
    return alert;
  });
}

/** What calls nobody does not open again what is over, and may have called people. */
function isNewsOnly({ state }: Alert, { severity }: Finding): boolean {
  return state === 'resolved' && severityRank(severity) < severityRank('high');
}

interface Context {
  readonly deps: RecordDeps;
  readonly tx: Repos;
}

async function open({ deps, tx }: Context, finding: Finding): Promise<Alert> {
  const now = deps.clock.now();
  const opened = openedBy(finding, { id: deps.ids.next('alert'), number: await tx.alerts.nextNumber(), now });
  // The root message calls people when it is posted.
  const alert = pages(opened.severity) ? asCalled(opened) : opened;
  await tx.alerts.insert(alert);
  await tx.audit.append({
    at: now,
    actor: systemActor('detect'),
    verb: 'alert.opened',
    subject: alert.id,
    detail: {
      number: alert.number,
      lineageId: alert.lineageId,
      severity: alert.severity,
      detector: finding.detectorId,
    },
  });
  await announceAlert({ deps, tx }, alert);
  return alert;
}

async function merge({ deps, tx }: Context, before: Alert, finding: Finding): Promise<Alert> {
  const now = deps.clock.now();
  // What people called expected is kept, and changes nothing.
  if (before.state === 'resolved' && isExpected(before, finding, now)) return before;

  const merged = mergeFinding(before, finding, now);
  const reopened = merged.state === 'open' && (before.state === 'resolved' || before.state === 'contained');
  if (reopened) await tellReopened({ deps, tx }, before, merged);
  const isWorse = severityRank(merged.severity) > severityRank(before.severity);
  const after = await callIfWorse({ deps, tx }, merged, { isWorse });
  await tx.alerts.update(after);
  await announceAlert({ deps, tx }, after);
  return after;
}

async function tellReopened({ deps, tx }: Context, before: Alert, after: Alert): Promise<void> {
  const actor = systemActor('detect');
  const detail = {
    from: before.state,
    severity: after.severity,
    // Somebody had said that it was expected: why it is not taken for that has to be said.
    ...(before.expected === null ? {} : { expectedUntil: before.expected.until }),
  };
  await addAlertEvent({ deps, tx }, after, { kind: 'reopened', actor, detail });
  await tx.audit.append({ at: deps.clock.now(), actor, verb: 'alert.reopened', subject: after.id, detail });
}
