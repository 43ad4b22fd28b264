import type { Whereabouts } from '../address.ts';
import type { Calendar } from '../calendar.ts';
import type { Evidence, Severity } from '../finding.ts';
import { MICRO_USD_PER_USD } from '../money.ts';
import type { KeyHistory } from './key-history.ts';
import type { Limits } from './limits.ts';
import type { Traffic, TrafficDay } from './traffic.ts';

/** What a check says of a day: when it held first, and the gravest that it came to. */
export interface Found {
  readonly kind: string;
  readonly severity: Severity;
  readonly dayAt: number;
  readonly at: number;
  readonly evidence: Evidence;
}

export interface CheckInput {
  readonly traffic: Traffic;
  readonly days: readonly TrafficDay[];
  /** Null: nothing is known of the key. */
  readonly history: KeyHistory | null;
  /** What the key did before, for what looks back a day. */
  readonly before: Traffic | null;
  readonly calendar: Calendar;
  readonly limits: Limits;
  /** Where the addresses are that the traffic and the history name. */
  readonly whereabouts: ReadonlyMap<string, Whereabouts>;
}

/** Looks at all days of one key; at most one finding a day of each kind. */
export type Check = (input: CheckInput) => readonly Found[];

/** The instant of the row with which the running sum of the day first holds; its end if none does. */
export function firstHolds(
  { at }: Traffic,
  { from, to }: TrafficDay,
  { amountOf, holds }: { readonly amountOf: (index: number) => number; readonly holds: (sum: number) => boolean },
): number {
  let sum = 0;
  for (let index = from; index < to; index += 1) {
    sum += amountOf(index);
    if (holds(sum)) return at[index] ?? 0;
  }
  return at[to - 1] ?? 0;
}

/** For people and scripts: dollars to the micro-USD. */
export function usd(microUsd: number): number {
  return Math.round(microUsd) / MICRO_USD_PER_USD;
}
