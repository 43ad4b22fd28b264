import { DAY_MS } from '../../src/domain/time.ts';
import { quantile } from '../suite.ts';
import { LEAK_KINDS, type LeakKind } from './label.ts';
import type { Outcome, Quiet } from './score.ts';

const MONTH_MS = 30 * DAY_MS;
/** Twenty keys for a week. */
const COMPANY_WEEK_MS = 20 * 7 * DAY_MS;

export interface KindSummary {
  readonly leaks: number;
  /** Share with a page; share with a page or notice in time. */
  readonly paged: number;
  readonly toldInTime: number;
  readonly medianMinutes: number;
  readonly p95Minutes: number;
  readonly medianLostUsd: number;
}

export type Group = LeakKind | 'loud';

export function byKind(outcomes: readonly Outcome[]): Readonly<Record<Group, KindSummary>> {
  const groups = LEAK_KINDS.map((kind) => [kind, summaryOf(outcomes.filter((one) => one.kind === kind))] as const);
  const loud = summaryOf(outcomes.filter(({ kind }) => kind === 'loud-night' || kind === 'loud-day'));
  return Object.fromEntries([['loud', loud] as const, ...groups]) as Record<Group, KindSummary>;
}

export function summaryOf(outcomes: readonly Outcome[]): KindSummary {
  const latencies = outcomes.flatMap(({ latencyMinutes }) => latencyMinutes ?? []);
  const losses = outcomes.flatMap(({ lostMicroUsd }) => lostMicroUsd ?? []);
  return {
    leaks: outcomes.length,
    paged: share(outcomes, ({ paged }) => paged),
    toldInTime: share(outcomes, ({ toldInTime }) => toldInTime),
    medianMinutes: quantile(latencies, 0.5),
    p95Minutes: quantile(latencies, 0.95),
    medianLostUsd: quantile(losses, 0.5) / 1_000_000,
  };
}

export interface QuietSummary {
  readonly keyMonths: number;
  readonly pagesPerKeyMonth: number;
  readonly noticesPerKeyMonth: number;
  readonly digestLinesPerKeyMonth: number;
  readonly pagesPerCompanyWeek: number;
  readonly noticesPerCompanyWeek: number;
  readonly kinds: Readonly<Record<string, number>>;
}

export function quietSummary(all: readonly Quiet[]): QuietSummary {
  const total = (of: (one: Quiet) => number) => all.reduce((sum, one) => sum + of(one), 0);
  const ms = total((one) => one.ms);
  const pages = total((one) => one.pages);
  const notices = total((one) => one.notices);
  const kinds: Record<string, number> = {};
  for (const kind of all.flatMap((one) => one.kinds)) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return {
    keyMonths: ms / MONTH_MS,
    pagesPerKeyMonth: (pages * MONTH_MS) / ms,
    noticesPerKeyMonth: (notices * MONTH_MS) / ms,
    digestLinesPerKeyMonth: (total((one) => one.digestLines) * MONTH_MS) / ms,
    pagesPerCompanyWeek: (pages * COMPANY_WEEK_MS) / ms,
    noticesPerCompanyWeek: (notices * COMPANY_WEEK_MS) / ms,
    kinds,
  };
}

export function share<Item>(items: readonly Item[], is: (item: Item) => boolean): number {
  return items.length === 0 ? Number.NaN : items.filter(is).length / items.length;
}
