import type { AtRisk } from '../../domain/blast-radius/company.ts';
import { confirmedOwnerOf, isUnowned, STOPPED_STATUSES } from '../../domain/key.ts';
import { isStale } from '../../domain/staleness.ts';
import { monthStart } from '../../domain/time.ts';
import { readScores } from '../hygiene/read-score.ts';
import type { KeySummary } from '../inventory/list-keys.ts';
import { capStandings, type Standing } from '../limits/cap-standings.ts';
import { type RiskDeps, recentRisk } from '../risk/read-risk.ts';
import { withNamedKeys } from '../rotation/named-keys.ts';
import { STALE_MS } from './stale-after.ts';

const SHOWN_CAPS = 3;

/** A cap and how far this month has come towards it. */
export interface CapLine extends Pick<Standing, 'capMicroUsd' | 'monthMicroUsd' | 'origin' | 'sharedWith'> {
  readonly slug: string;
}

/** Of the working keys. */
export interface Hygiene {
  readonly keys: number;
  readonly owned: number;
  readonly used: number;
  readonly placed: number;
  readonly explained: number;
}

/** The company's keys as a few numbers. */
export interface Company {
  /** Those that are gone left out. */
  readonly keys: number;
  readonly stale: number;
  readonly unowned: number;
  readonly openAlerts: number;
  /** Since the calendar month began (UTC), usage without a key included. */
  readonly monthMicroUsd: number;
  readonly monthAt: number;
  /** The nearest to their end first. */
  readonly caps: readonly CapLine[];
  readonly moreCaps: number;
  readonly hygiene: Hygiene;
  /** 0 to 100. */
  readonly score: number;
  /** What could be lost in 48 hours, and of how many keys that cannot be said. */
  readonly atRisk: AtRisk;
}

type CompanyDeps = RiskDeps;

export async function readCompany(deps: CompanyDeps, keys: readonly KeySummary[]): Promise<Company> {
  const { store, clock } = deps;
  const now = clock.now();
  const monthAt = monthStart(now);
  const standing = keys.filter(({ key }) => key.status !== 'gone');
  const caps = await capLines(deps, keys);
  const { atRiskMicroUsd, rated, uncapped, notKnown } = await recentRisk(deps);
  return {
    keys: standing.length,
    stale: standing.filter(({ key, quietSince }) => isStale(key, now - quietSince, STALE_MS)).length,
    unowned: standing.filter(({ lineage }) => isUnowned(lineage)).length,
    openAlerts: (await store.read.alerts.unresolved()).length,
    monthMicroUsd: await store.read.usage.dayTotal({ from: monthAt, to: now }),
    monthAt,
    caps: caps.slice(0, SHOWN_CAPS),
    moreCaps: Math.max(0, caps.length - SHOWN_CAPS),
    hygiene: hygieneOf(standing, now),
    score: (await readScores(deps)).company.score,
    atRisk: { atRiskMicroUsd, rated, uncapped, notKnown },
  };
}

function hygieneOf(standing: readonly KeySummary[], now: number): Hygiene {
  const working = standing.filter(({ key }) => key.kind === 'inference' && !STOPPED_STATUSES.has(key.status));
  const count = (fits: (summary: KeySummary) => boolean) => working.filter(fits).length;
  return {
    keys: working.length,
    owned: count(({ lineage }) => confirmedOwnerOf(lineage) !== null),
    used: count(({ quietSince }) => now - quietSince < STALE_MS),
    placed: count(({ lineage }) => lineage.environment !== 'unknown'),
    explained: count(({ lineage }) => lineage.workload !== null),
  };
}

/** The nearest to their end first. */
export async function capLines(
  deps: Pick<CompanyDeps, 'store' | 'clock' | 'providers' | 'policy'>,
  keys: readonly KeySummary[],
): Promise<readonly CapLine[]> {
  const slugs = new Map(keys.map(({ lineage }) => [lineage.id, lineage.slug]));
  const allKeys = await withNamedKeys(
    deps.store.read,
    keys.map(({ key }) => key),
  );
  const standings = new Map<string, Standing>();
  for (const provider of deps.providers.values()) {
    const found = await capStandings(deps, { provider, now: deps.clock.now(), allKeys, recent: new Map() });
    for (const [lineageId, all] of found) {
      const nearest = [standings.get(lineageId), ...all].filter((one) => one !== undefined).sort(byShare)[0];
      if (nearest !== undefined) standings.set(lineageId, nearest);
    }
  }
  return [...standings]
    .map(([lineageId, standing]) => ({ ...standing, slug: slugs.get(lineageId) ?? lineageId }))
    .sort((a, b) => byShare(a, b) || (a.slug < b.slug ? -1 : 1));
}

type Share = Pick<Standing, 'monthMicroUsd' | 'capMicroUsd'>;

/** The nearest to its end first; two that are both beyond all measure are equal. */
function byShare(a: Share, b: Share): number {
  const [first, second] = [shareOf(a), shareOf(b)];
  return first === second ? 0 : second - first;
}

function shareOf({ monthMicroUsd, capMicroUsd }: Share): number {
  return capMicroUsd === 0 ? Number.POSITIVE_INFINITY : monthMicroUsd / capMicroUsd;
}
