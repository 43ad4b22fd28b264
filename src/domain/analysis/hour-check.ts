import { firstIndex } from '../collections.ts';
import { hourSeverity, hourThreshold, spendAcceleration } from '../detectors/spend-acceleration.ts';
import { type Severity, severityRank } from '../finding.ts';
import { median } from '../stats.ts';
import { HOUR_MS } from '../time.ts';
import { type Check, type CheckInput, type Found, usd } from './found.ts';
import type { Traffic } from './traffic.ts';

const WINDOWS_BEFORE = 24;
/** So far back costs are read one by one. */
export const LOOK_BACK_MS = (WINDOWS_BEFORE + 1) * HOUR_MS;

/** Costs in the order in which they became known, as running sums. */
interface Spend {
  /** Ascending. */
  readonly at: Float64Array;
  /** Of all before and with it. */
  readonly sum: Float64Array;
  /** Row of the traffic; -1 for what was before it. */
  readonly row: Int32Array;
}

/** At each request: the 60 minutes up to it and with it, against the 24 hours before those. */
export const checkAcceleration: Check = (input) => {
  const { traffic, limits } = input;
  const spend = spendOf(input);
  const floorMicroUsd = hourThreshold(0, limits.spendAcceleration);
  const found = new Map<number, Found>();
  let hourStart = 0;
  for (let index = 0; index < spend.at.length; index += 1) {
    const at = spend.at[index] ?? 0;
    const row = spend.row[index] ?? -1;
    // Of one instant all counts, whatever the order of the lines.
    if (row < 0 || spend.at[index + 1] === at) continue;
    while ((spend.at[hourStart] ?? at) <= at - HOUR_MS) hourStart += 1;
    const hourMicroUsd = sumBefore(spend, index + 1) - sumBefore(spend, hourStart);
    if (hourMicroUsd <= floorMicroUsd) continue;

    const dayAt = input.calendar.dayStart(traffic.startAt[row] ?? 0);
    const known = found.get(dayAt);
    if (known?.severity === 'critical') continue;
    const medianMicroUsd = medianBefore(spend, at);
    const thresholdMicroUsd = hourThreshold(medianMicroUsd, limits.spendAcceleration);
    if (hourMicroUsd <= thresholdMicroUsd) continue;
    const severity: Severity = hourSeverity(hourMicroUsd, medianMicroUsd, limits.spendAcceleration);
    if (known !== undefined && severityRank(known.severity) >= severityRank(severity)) continue;
    found.set(dayAt, {
      kind: spendAcceleration.id,
      severity,
      dayAt,
      at: known?.at ?? at,
      evidence: { hourUsd: usd(hourMicroUsd), medianUsd: usd(medianMicroUsd), thresholdUsd: usd(thresholdMicroUsd) },
    });
  }
  return [...found.values()];
};

/** A bucket above an hour does not say in which hour it was spent. */
function spendOf({ traffic, before }: CheckInput): Spend {
  const firstAt = traffic.at.reduce((first, at) => Math.min(first, at), Number.POSITIVE_INFINITY);
  const earlier = before === null ? [] : fineRows(before, (at) => at < firstAt && at > firstAt - LOOK_BACK_MS);
  const later = fineRows(traffic, () => true);
  const count = earlier.length + later.length;
  const spend: Spend = {
    at: new Float64Array(count),
    sum: new Float64Array(count),
    row: new Int32Array(count).fill(-1),
  };
  let sum = 0;
  for (let index = 0; index < count; index += 1) {
    const isEarlier = index < earlier.length;
    const row = (isEarlier ? earlier[index] : later[index - earlier.length]) ?? 0;
    const source = isEarlier ? before : traffic;
    sum += source?.costMicroUsd[row] ?? 0;
    spend.at[index] = source?.at[row] ?? 0;
    spend.sum[index] = sum;
    if (!isEarlier) spend.row[index] = row;
  }
  return spend;
}

/** Ascending by when they became known. */
function fineRows({ at, count, isFine }: Traffic, isMeant: (at: number) => boolean): Uint32Array {
  const rows = new Uint32Array(count);
  let kept = 0;
  for (let row = 0; row < count; row += 1) if (isFine(row) && isMeant(at[row] ?? 0)) rows[kept++] = row;
  return rows.subarray(0, kept).sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0) || a - b);
}

function medianBefore(spend: Spend, at: number): number {
  const costs: number[] = [];
  let newer = countUntil(spend, at - HOUR_MS);
  for (let back = 1; back <= WINDOWS_BEFORE; back += 1) {
    const older = countUntil(spend, at - (back + 1) * HOUR_MS);
    costs.push(sumBefore(spend, newer) - sumBefore(spend, older));
    newer = older;
  }
  return median(costs);
}

function sumBefore({ sum }: Spend, count: number): number {
  return sum[count - 1] ?? 0;
}

/** How many were known at an instant. */
function countUntil({ at }: Spend, until: number): number {
  return firstIndex(at.length, (index) => (at[index] ?? 0) > until);
}
