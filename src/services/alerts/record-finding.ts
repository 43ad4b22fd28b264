import { systemActor } from '../../domain/actor.ts';
import { type Alert, isSameEpisode, mergeFinding } from '../../domain/alert.ts';
import { type Finding, severityRank } from '../../domain/finding.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { addAlertEvent, announceAlert } from './announce.ts';

type RecordDeps = Pick<Deps, 'store' | 'clock' | 'ids'>;

/** Opens the lineage's alert, or merges the finding into the one that stands for this episode. */
export async function recordFinding(deps: RecordDeps, finding: Finding): Promise<Alert> {
  return deps.store.write(async (tx) => {
    const latest = await tx.alerts.latestOfLineage(finding.lineageId);
    const now = deps.clock.now();
    const alert =
      latest !== undefined && isSameEpisode(latest, now)
        ? await merge({ deps, tx }, latest, finding)
        : await open({ deps, tx }, finding);
    await tx.alerts.addFinding({ ...finding, id: deps.ids.next('find'), alertId: alert.id, foundAt: now });
    return alert;
  });
}

interface Context {
  readonly deps: RecordDeps;
  readonly tx: Repos;
}

async function open({ deps, tx }: Context, finding: Finding): Promise<Alert> {
  const now = deps.clock.now();
  const alert: Alert = {
    id: deps.ids.next('alert'),
    number: await tx.alerts.nextNumber(),
    lineageId: finding.lineageId,
    keyId: finding.keyId,
    state: 'open',
    severity: finding.severity,
    detectorIds: [finding.detectorId],
    headline: finding.headline,
    reason: finding.reason,
    evidence: finding.evidence,
    startedAt: finding.startedAt,
    openedAt: now,
    lastFindingAt: now,
    lostMicroUsd: finding.costMicroUsd,
    dataUntil: finding.observedUntil,
    containedAt: null,
    closedAt: null,
    acknowledgedBy: null,
    revision: 1,
  };
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
  const reopened = merged.state === 'open' && (before.state === 'resolved' || before.state === 'contained');
  const worse = severityRank(merged.severity) > severityRank(before.severity);
  const after = { ...merged, revision: merged.state === before.state ? before.revision : before.revision + 1 };
  await tx.alerts.update(after);
  if (reopened || worse) {
    const kind = reopened ? 'reopened' : 'worse';
    await addAlertEvent({ deps, tx }, after, {
      kind,
      actor: systemActor('detect'),
      detail: { severity: after.severity },
    });
    await tx.audit.append({
      at: now,
      actor: systemActor('detect'),
      verb: `alert.${kind}`,
      subject: after.id,
      detail: { from: before.state, severity: after.severity },
    });
  }
  await announceAlert({ deps, tx }, after);
  return after;
}
