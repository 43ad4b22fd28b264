import { systemActor } from '../../domain/actor.ts';
import { type Alert, isSameEpisode, mergeFinding, openedBy } from '../../domain/alert.ts';
import { asCalled, pages } from '../../domain/escalation.ts';
import { type Finding, isStanding, severityRank } from '../../domain/finding.ts';
import type { Repos } from '../../ports/store.ts';
import { autoContain } from '../actions/auto-contain.ts';
import type { Deps } from '../deps.ts';
import { keepQuietly, linkTo, withBeginning } from '../noise/keep-quietly.ts';
import { announceRollUp, rollUpOf } from '../noise/roll-up.ts';
import { tellBeyond } from '../noise/tell-hold.ts';
import { addAlertEvent, announceAlert } from './announce.ts';
import { callIfWorse } from './call-people.ts';
import { routeFinding } from './route-finding.ts';

export type RecordDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'providers' | 'outlets'>;

/**
 * Opens the lineage's alert, or merges the finding into the one that stands for this episode. What tells nobody is kept
 * quietly: null where it belongs to no alert.
 */
export async function recordFinding(deps: RecordDeps, found: Finding): Promise<Alert | null> {
  return deps.store.write((tx) => recordIn({ deps, tx }, found));
}

/** What one look found of one lineage, in this order, all or nothing: half of it would make another story of it. */
export async function recordFindings(deps: RecordDeps, found: readonly Finding[]): Promise<readonly (Alert | null)[]> {
  return deps.store.write(async (tx) => {
    const alerts: (Alert | null)[] = [];
    for (const finding of found) alerts.push(await recordIn({ deps, tx }, finding));
    return alerts;
  });
}

/** The same in a transaction that does more. */
export async function recordIn({ deps, tx }: Context, found: Finding): Promise<Alert | null> {
  if (found.once) await tx.told.add(found.dedupeKey, deps.clock.now());
  const route = await routeFinding({ deps, tx }, found);
  if (route.kind === 'quiet') {
    return keepQuietly({ deps, tx }, found, route.why);
  }
  const { finding, kept } = await withBeginning({ deps, tx }, route.finding);
  const alert = await tellFinding({ deps, tx }, finding);
  await linkTo({ tx }, kept, alert.id);
  if (route.beyond !== null) await tellBeyond({ deps, tx }, route.beyond, alert);
  await autoContain({ deps, tx }, { alert, finding });
  return alert;
}

/** Past all mutes and windows: for what is being done, of which people must hear. */
export async function tellFinding({ deps, tx }: Context, finding: Finding): Promise<Alert> {
  const alert = await openOrMerge({ deps, tx }, finding);
  await tx.alerts.addFinding({ ...finding, id: deps.ids.next('find'), alertId: alert.id, foundAt: deps.clock.now() });
  return alert;
}

async function openOrMerge(context: Context, finding: Finding): Promise<Alert> {
  const latest = await context.tx.alerts.latestOfLineage(finding.lineageId);
  const isOne = latest !== undefined && isSameEpisode(latest, context.deps.clock.now()) && !isNews(latest, finding);
  return isOne ? merge(context, latest, finding) : open(context, finding);
}

/** What calls nobody does not open again what is over, and may have called people; nor is a cap the same matter. */
function isNews({ state }: Alert, finding: Finding): boolean {
  return state === 'resolved' && (!pages(finding.severity) || isStanding(finding));
}

interface Context {
  readonly deps: RecordDeps;
  readonly tx: Repos;
}

async function open({ deps, tx }: Context, finding: Finding): Promise<Alert> {
  const now = deps.clock.now();
  const opened = openedBy(finding, { id: deps.ids.next('alert'), number: await tx.alerts.nextNumber(), now });
  // The root message calls people when it is posted.
  const called = pages(opened.severity) ? asCalled(opened) : opened;
  const alert = { ...called, rollUp: await rollUpOf({ deps, tx }, called) };
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
  const merged = mergeFinding(before, finding, now);
  const leaves = before.rollUp !== null && pages(merged.severity);
  // The message of its own has to be there before what is told in its thread.
  if (leaves) await announceAlert({ deps, tx }, { id: before.id });
  const reopened = merged.state === 'open' && (before.state === 'resolved' || before.state === 'contained');
  if (reopened) await tellReopened({ deps, tx }, before, merged);
  const isWorse = severityRank(merged.severity) > severityRank(before.severity);
  const isStep = isStanding(finding) && finding.evidence['percent'] !== undefined;
  if (isStep && !isWorse) await tellStep({ deps, tx }, merged, finding);
  const told = leaves ? { ...merged, rollUp: null } : merged;
  const after = await called({ deps, tx }, { before, told, isWorse });
  await tx.alerts.update(after);
  await announceAlert({ deps, tx }, after);
  // It is told on its own from here on, and leaves the message that it shared.
  if (leaves && before.rollUp !== null) await announceRollUp({ deps, tx }, before.rollUp);
  return after;
}

/** What is found in the same pass as the alert was opened is no news in its thread: the root message says it all. */
async function called(
  context: Context,
  { before, told, isWorse }: { before: Alert; told: Alert; isWorse: boolean },
): Promise<Alert> {
  const isOpening = before.openedAt === context.deps.clock.now() && before.state === 'open' && before.rollUp === null;
  if (!isOpening) return callIfWorse(context, told, { isWorse });
  return pages(told.severity) ? asCalled(told) : told;
}

/** A cap that comes near while something else goes on must not be lost in it; who stopped a key has to hear it. */
async function tellStep({ deps, tx }: Context, alert: Alert, { severity, evidence }: Finding): Promise<void> {
  const calls = alert.state === 'contained' && pages(severity) ? { calls: 'opening' } : {};
  const detail = {
    percent: Number(evidence['percent'] ?? 0),
    cap: String(evidence['origin'] ?? ''),
    severity,
    ...calls,
  };
  await addAlertEvent({ deps, tx }, alert, { kind: 'cap_step', actor: systemActor('detect'), detail });
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
