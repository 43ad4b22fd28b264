import { DAY_MS, floorTo } from './time.ts';

/** How far the costs of one connection have been read, and whether they can be. */
export interface CostRead {
  readonly connectionId: string;
  readonly availability: 'available' | 'not_enabled';
  /** False: the newest report was by scope only. */
  readonly perKey: boolean;
  /** The last complete read; null: none yet. */
  readonly readAt: number | null;
  /** The oldest day that was read. */
  readonly fromAt: number | null;
  /** End of the newest day that was read. */
  readonly untilAt: number | null;
  /** Whether there is nothing older to be had. */
  readonly isHistoryDone: boolean;
  /** Days that end by then are settled. */
  readonly settledUntil: number | null;
  readonly failingSince: number | null;
  readonly problem: string | null;
}

export interface CostSlice {
  readonly from: number;
  readonly to: number;
  /** History may be refused: the provider then has no more of it. */
  readonly kind: 'recent' | 'history';
}

export interface CostPlanInput {
  readonly now: number;
  readonly before: CostRead | undefined;
  /** How far back the provider keeps daily costs. */
  readonly historyMs: number;
  /** Rows of a day at most. */
  readonly keys: number;
  /** Read this many days and no further history. */
  readonly days?: number;
}

/** Each read begins this much before the newest day read, since providers revise. */
const REVISED_MS = 3 * DAY_MS;
/** The first read of a UTC day looks this far back: revisions have been seen after 30 days. */
const DEEP_MS = 31 * DAY_MS;
// One answer of more rows would hold up everybody else while it is read.
const ROWS_PER_SLICE = 10_000;
const LONGEST_SLICE_DAYS = 31;

/** Which whole days to read now: what is new and may have been revised, oldest first, then history, newest first. */
export function planCostReads({ now, before, historyMs, keys, days }: CostPlanInput): readonly CostSlice[] {
  const to = floorTo(now, DAY_MS);
  const oldest = floorTo(now - historyMs, DAY_MS) + DAY_MS;
  const sliceMs = DAY_MS * Math.min(LONGEST_SLICE_DAYS, Math.max(1, Math.floor(ROWS_PER_SLICE / Math.max(1, keys))));
  const recentFrom = Math.max(oldest, days === undefined ? dueFrom(to, before) : askedFrom(to, days, before));
  const slices: CostSlice[] = [];
  for (let from = recentFrom; from < to; from += sliceMs) {
    slices.push({ from, to: Math.min(from + sliceMs, to), kind: 'recent' });
  }
  if (days !== undefined || before?.isHistoryDone === true) return slices;
  const known = before?.fromAt ?? recentFrom;
  for (let end = Math.min(known, recentFrom); end > oldest; end -= sliceMs) {
    slices.push({ from: Math.max(end - sliceMs, oldest), to: end, kind: 'history' });
  }
  return slices;
}

function dueFrom(to: number, before: CostRead | undefined): number {
  const deep = to - DEEP_MS;
  if (before?.untilAt == null) return deep;
  const isFirstOfDay = before.readAt === null || before.readAt < to;
  const revised = before.untilAt - REVISED_MS;
  return isFirstOfDay ? Math.min(deep, revised) : Math.min(to - REVISED_MS, revised);
}

/** Never leaves a gap behind what was read last. */
function askedFrom(to: number, days: number, before: CostRead | undefined): number {
  return Math.min(to - days * DAY_MS, before?.untilAt ?? to);
}
