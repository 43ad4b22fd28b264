import { AppError } from '../../domain/errors.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { ProviderCost, UsageWindow } from '../../ports/provider.ts';
import { MalformedAnswer } from './provider-error.ts';
import { bucketWidthOf } from './usage-rows.ts';

/** Days in the window; refuses a window of other buckets, since these costs come by the day only. */
export function daysOf(window: UsageWindow): number {
  bucketWidthOf(window);
  if (window.widthMs === DAY_MS) return (window.to - window.from) / DAY_MS;
  throw new AppError({
    code: 'invalid_input',
    message: `cost window in buckets of ${window.widthMs} ms, but costs come by the day`,
    publicMessage: 'The provider states its costs by the day only. Ask for whole days.',
  });
}

/** The window in pieces of at most `spanMs`. */
export function splitWindow(window: UsageWindow, spanMs: number): UsageWindow[] {
  const pieces: UsageWindow[] = [];
  for (let from = window.from; from < window.to; from += spanMs) {
    pieces.push({ ...window, from, to: Math.min(from + spanMs, window.to) });
  }
  return pieces;
}

/** One row per key, scope, line and instant inside the window; rows that cost nothing are left out. */
export function tidyCosts(rows: readonly ProviderCost[], window: UsageWindow): ProviderCost[] {
  const byIdentity = new Map<string, ProviderCost>();
  for (const row of rows) {
    if (row.startAt < window.from || row.startAt >= window.to) continue;
    const identity = JSON.stringify([row.providerKeyId, row.scopeId, row.lineItem, row.startAt]);
    const known = byIdentity.get(identity)?.costMicroUsd ?? 0;
    byIdentity.set(identity, { ...row, costMicroUsd: known + row.costMicroUsd });
  }
  return [...byIdentity.values()].filter((row) => row.costMicroUsd !== 0);
}

/** Refuses money that is not dollars: adding it up would be wrong without a rate. */
export function assertUsd(currency: string | null): void {
  if (currency === null || currency.toUpperCase() === 'USD') return;
  throw new MalformedAnswer('an amount is not in US dollars');
}
