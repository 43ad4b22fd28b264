import { severityRank } from '../../src/domain/finding.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import type { LabelledLineage } from './company.ts';
import type { Label, LeakKind } from './label.ts';
import type { ToldOf } from './rules.ts';
import { BUCKET_MS } from './shape.ts';

/** A page this long after the leak's end still tells of it. */
const AFTERMATH_MS = 2 * HOUR_MS;
/** For this long after its end a page is nobody's fault: windows still hold it. */
const ECHO_MS = DAY_MS;
/** Where pages and notices both count, how soon they have to come. */
const TOLD_WITHIN_MS: Partial<Record<LeakKind, number>> = { tripled: 2 * DAY_MS, 'low-and-slow': 3 * DAY_MS };

export const isPage = ({ severity }: ToldOf): boolean => severityRank(severity) >= severityRank('high');

const isDigest = ({ severity }: ToldOf): boolean => severity === 'info';

/** What became of one leak. Null: never. */
export interface Outcome {
  readonly kind: LeakKind;
  readonly paged: boolean;
  /** Page or notice in the channel, within the time that the kind allows; a line in the digest does not count. */
  readonly toldInTime: boolean;
  /** From the first loud minute to the first page. */
  readonly latencyMinutes: number | null;
  readonly lostMicroUsd: number | null;
  readonly firstKind: string | null;
}

export function outcomeOf(lineage: LabelledLineage, told: readonly ToldOf[]): Outcome | null {
  const label = leakOf(lineage);
  if (label === null) return null;
  const during = told.filter(({ at }) => at >= label.startAt && at <= label.endAt + AFTERMATH_MS);
  const page = during.find(isPage);
  const limit = TOLD_WITHIN_MS[label.kind as LeakKind] ?? Number.POSITIVE_INFINITY;
  return {
    kind: label.kind as LeakKind,
    paged: page !== undefined,
    toldInTime: during.some((one) => !isDigest(one) && one.at <= label.startAt + limit),
    latencyMinutes: page === undefined ? null : Math.max(0, page.at - label.loudAt) / MINUTE_MS,
    lostMicroUsd: page === undefined ? null : lostBy(lineage, page.at),
    firstKind: page?.kind ?? during[0]?.kind ?? null,
  };
}

/** What is told without a leak or a loop to tell of, and how long there was to do so. */
export interface Quiet {
  readonly pages: number;
  /** In the channel, without a mention. */
  readonly notices: number;
  readonly digestLines: number;
  readonly ms: number;
  readonly kinds: readonly string[];
}

export function quietOf(
  lineage: LabelledLineage,
  told: readonly ToldOf[],
  window: { readonly from: number; readonly to: number },
): Quiet {
  const leak = leakOf(lineage);
  // After a leak a baseline may have learned it: what is told then is judged by nobody.
  const to = Math.min(window.to, leak?.startAt ?? window.to);
  const runaways = lineage.labels
    .filter(({ kind }) => kind === 'runaway')
    .map(({ startAt, endAt }) => ({ from: Math.max(window.from, startAt), to: Math.min(to, endAt + ECHO_MS) }));
  const inRunaway = (at: number) => runaways.some((one) => at >= one.from && at < one.to);
  const wrong = told.filter(({ at }) => at >= window.from && at < to && !inRunaway(at));
  const excused = runaways.reduce((sum, one) => sum + Math.max(0, one.to - one.from), 0);
  const pages = wrong.filter(isPage);
  return {
    pages: pages.length,
    notices: wrong.filter((one) => !isPage(one) && !isDigest(one)).length,
    digestLines: wrong.filter(isDigest).length,
    ms: Math.max(0, to - window.from) - excused,
    kinds: wrong.map((one) => `${one.kind} (${isPage(one) ? 'page' : isDigest(one) ? 'digest' : 'notice'})`),
  };
}

/** Share of stretches of this length, with no leak in them, in which something is told: what luck alone scores. */
export function luckOf(lineage: LabelledLineage, told: readonly ToldOf[], stretchMs: number): readonly boolean[] {
  if (leakOf(lineage) !== null) return [];
  const from = lineage.startAt + (lineage.endAt - lineage.startAt) / 2;
  const count = Math.floor((lineage.endAt - from) / stretchMs);
  return Array.from({ length: count }, (_, index) => {
    const start = from + index * stretchMs;
    return told.some((one) => !isDigest(one) && one.at >= start && one.at < start + stretchMs);
  });
}

export function leakOf(lineage: LabelledLineage): Label | null {
  return lineage.labels.find(({ isLeak }) => isLeak) ?? null;
}

function lostBy({ stolen, startAt }: LabelledLineage, at: number): number {
  const buckets = Math.max(0, Math.ceil((at - startAt) / BUCKET_MS));
  return (stolen ?? new Float64Array(0)).subarray(0, buckets).reduce((sum, cost) => sum + cost, 0);
}
