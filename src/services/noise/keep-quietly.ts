import type { Alert } from '../../domain/alert.ts';
import { type Finding, worstSeverity } from '../../domain/finding.ts';
import { GOES_ON_MS, goesOn, isBeginningOf, type QuietFinding } from '../../domain/quiet.ts';
import type { Repos } from '../../ports/store.ts';
import type { QuietWhy } from '../alerts/route-finding.ts';
import type { Deps } from '../deps.ts';
import { keysCountedIn } from '../rotation/named-keys.ts';

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

/**
 * Keeps what tells nobody, as one for as long as it goes on. An open alert of the lineage has it among its findings:
 * returns that one, unchanged.
 */
export async function keepQuietly({ deps, tx }: Context, finding: Finding, why: QuietWhy): Promise<Alert | null> {
  const now = deps.clock.now();
  const kept = (await tx.quiet.ofLineage(finding.lineageId, now - GOES_ON_MS)).find((one) => goesOn(one, finding, why));
  const alert = why.said ?? (await openAlert(tx, finding.lineageId));
  const alertId = alert?.id ?? kept?.alertId ?? null;
  if (alertId !== null) await tx.alerts.addFinding({ ...finding, id: deps.ids.next('find'), alertId, foundAt: now });
  const { dedupeKey: _, ...found } = finding;
  const { cause, heldBack, holdId } = why;
  if (kept === undefined) {
    const id = deps.ids.next('quiet');
    const times = { firstFoundAt: now, lastFoundAt: now, times: 1 };
    await tx.quiet.insert({ ...found, id, cause, heldBack, holdId, alertId, ...times });
    return alert;
  }
  // A poll that a crash cut short finds the same in the same usage.
  const isSame = kept.observedUntil === finding.observedUntil;
  await tx.quiet.update({
    ...kept,
    ...found,
    heldBack,
    alertId,
    severity: worstSeverity(kept.severity, finding.severity),
    startedAt: Math.min(kept.startedAt, finding.startedAt),
    costMicroUsd: Math.max(kept.costMicroUsd, finding.costMicroUsd),
    lastFoundAt: now,
    times: kept.times + (isSame ? 0 : 1),
  });
  return alert;
}

async function openAlert({ alerts }: Repos, lineageId: string): Promise<Alert | null> {
  const latest = await alerts.latestOfLineage(lineageId);
  return latest === undefined || latest.state === 'resolved' ? null : latest;
}

export interface Beginning {
  /** With the beginning, and the sum since then, of what was kept before. */
  readonly finding: Finding;
  readonly kept: readonly QuietFinding[];
}

/** What gets worse began with what was kept of it. */
export async function withBeginning({ deps, tx }: Context, finding: Finding): Promise<Beginning> {
  const now = deps.clock.now();
  const kept = (await tx.quiet.ofLineage(finding.lineageId, now - GOES_ON_MS)).filter((one) =>
    isBeginningOf(one, finding),
  );
  const startedAt = Math.min(finding.startedAt, ...kept.map((one) => one.startedAt));
  if (startedAt === finding.startedAt) return { finding, kept };
  const ids = (await keysCountedIn(tx, finding.lineageId)).map(({ id }) => id);
  const sinceMicroUsd = await tx.usage.costOf(ids, { from: startedAt, to: now });
  return { finding: { ...finding, startedAt, costMicroUsd: Math.max(finding.costMicroUsd, sinceMicroUsd) }, kept };
}

/** The list of what was kept names the alert that it became. */
export async function linkTo(
  { tx }: Pick<Context, 'tx'>,
  kept: readonly QuietFinding[],
  alertId: string,
): Promise<void> {
  for (const one of kept) await tx.quiet.update({ ...one, alertId });
}
