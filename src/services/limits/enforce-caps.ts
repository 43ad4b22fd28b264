import { actorText } from '../../domain/actor.ts';
import type { Alert } from '../../domain/alert.ts';
import { capThreshold } from '../../domain/detectors/cap-threshold.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { capWords } from '../../domain/limits.ts';
import { ownCapOf } from '../../domain/own-cap.ts';
import { DAY_MS, floorTo, monthStart } from '../../domain/time.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Repos } from '../../ports/store.ts';
import { CAP_KEEPER, canBeUndone, isStopAsked, stopByPolicy } from '../actions/policy-stop.ts';
import { type RecordDeps, tellFinding } from '../alerts/record-finding.ts';
import { keysCountedIn, withNamedKeys } from '../rotation/named-keys.ts';
import { ownCaps } from './own-caps.ts';

/**
 * Suspends what has spent the whole of a cap that policy enforces, after each poll: what is muted or expected stops all the
 * same, since a mute keeps messages away and not money. Returns how many lineages were stopped.
 */
export async function enforceCaps(deps: RecordDeps, provider: Provider): Promise<number> {
  if (!deps.policy.caps.monthly.some(({ enforce }) => enforce)) return 0;
  const { keys, usage } = deps.store.read;
  const caps = await ownCaps(deps);
  const counted = (await withNamedKeys(deps.store.read, await keys.identities())).filter(
    ({ lineageId }) => caps.get(lineageId)?.enforced === true,
  );
  const here = new Set(
    counted.flatMap(({ connectionId, status, lineageId }) =>
      connectionId === provider.connectionId && status === 'active' ? [lineageId] : [],
    ),
  );
  const sums = await usage.dayCosts(
    monthOf(deps),
    counted.map(({ id }) => id),
  );
  const spent = new Map<string, number>();
  for (const { id, lineageId } of counted) spent.set(lineageId, (spent.get(lineageId) ?? 0) + (sums.get(id) ?? 0));
  let stopped = 0;
  for (const lineageId of here) {
    const monthMicroUsd = spent.get(lineageId) ?? 0;
    if (monthMicroUsd < (caps.get(lineageId)?.microUsd ?? Number.POSITIVE_INFINITY)) continue;
    if (await deps.store.write((tx) => enforceOne({ deps, tx }, { lineageId, monthMicroUsd }))) stopped += 1;
  }
  return stopped;
}

interface Context {
  readonly deps: RecordDeps;
  readonly tx: Repos;
}

interface Reached {
  readonly lineageId: string;
  readonly monthMicroUsd: number;
}

/** What is true in the transaction decides: somebody may have raised the cap since it was added up. */
async function enforceOne({ deps, tx }: Context, { lineageId, monthMicroUsd }: Reached): Promise<boolean> {
  const lineage = await tx.lineages.get(lineageId);
  if (lineage === undefined) return false;
  const { microUsd: capMicroUsd, enforced } = ownCapOf(lineage, deps.policy);
  if (!enforced || capMicroUsd === null || monthMicroUsd < capMicroUsd) return false;
  const members = await keysCountedIn(tx, lineageId);
  const reached = { lineage, members, capMicroUsd, monthMicroUsd };
  if (await wasDecided({ deps, tx }, reached)) return false;
  const running: Key[] = [];
  for (const key of members) if (canBeUndone(deps, key) && !(await isStopAsked(tx, key))) running.push(key);
  if (running.length === 0) return false;
  const alert = await alertFor({ deps, tx }, reached);
  const percent = Math.floor((monthMicroUsd / capMicroUsd) * 100);
  const reason = `at ${percent}% of its own cap of ${capWords(capMicroUsd)}, which policy enforces (caps.monthly)`;
  for (const key of running)
    await stopByPolicy({ deps, tx }, { actor: CAP_KEEPER, alertId: alert.id, key, lineage, reason });
  return true;
}

interface AtCap {
  readonly lineage: Lineage;
  readonly members: readonly Key[];
  readonly capMicroUsd: number;
  readonly monthMicroUsd: number;
}

/** Once a month; and whoever started a key again when the cap was spent, or gave up stopping it, has decided for the month. */
async function wasDecided({ deps, tx }: Context, { members, capMicroUsd }: AtCap): Promise<boolean> {
  const { from } = monthOf(deps);
  const own = actorText(CAP_KEEPER);
  const keyIds = members.map(({ id }) => id);
  for (const { id } of members) {
    for (const { kind, requestedAt, requestedBy } of await tx.actions.ofKey(id)) {
      if (requestedAt < from) continue;
      if (kind === 'suspend' && requestedBy === own) return true;
      if (kind !== 'restore') continue;
      if ((await tx.usage.costOf(keyIds, { from, to: requestedAt })) >= capMicroUsd) return true;
    }
  }
  return false;
}

/** The alert that stands, or one that says so whatever is muted: a key must not stop in silence. */
async function alertFor({ deps, tx }: Context, reached: AtCap): Promise<Pick<Alert, 'id'>> {
  const latest = await tx.alerts.latestOfLineage(reached.lineage.id);
  if (latest !== undefined && latest.state !== 'resolved') return latest;
  return tellFinding({ deps, tx }, findingOf(deps, reached));
}

function findingOf({ clock }: RecordDeps, { lineage, members, capMicroUsd, monthMicroUsd }: AtCap): Finding {
  const now = clock.now();
  const percent = Math.floor((monthMicroUsd / capMicroUsd) * 100);
  return {
    detectorId: capThreshold.id,
    lineageId: lineage.id,
    keyId: members.find(({ status }) => status === 'active')?.id ?? null,
    severity: 'critical',
    startedAt: now,
    observedUntil: now,
    costMicroUsd: 0,
    headline: [`at ${percent.toLocaleString('en-US')}% of its own cap`],
    reason: [
      { money: monthMicroUsd },
      ' of ',
      { money: capMicroUsd },
      ' spent since the 1st (UTC). Policy has the key suspended at it.',
    ],
    // As the detector tells it, so that it does not tell the same once more.
    evidence: { origin: 'own', capMicroUsd, monthMicroUsd, percent: 100, paged: true, sharedWith: 0, standing: true },
    dedupeKey: [capThreshold.id, lineage.id, monthStart(now), 'own', capMicroUsd, 'enforced'].join(':'),
  };
}

/** The calendar month (UTC) with the day that runs. */
function monthOf({ clock }: Pick<RecordDeps, 'clock'>): { readonly from: number; readonly to: number } {
  const now = clock.now();
  return { from: monthStart(now), to: floorTo(now, DAY_MS) + DAY_MS };
}
