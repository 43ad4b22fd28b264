import type { Whereabouts } from '../address.ts';
import type { Calendar } from '../calendar.ts';
import type { Profile } from '../profile.ts';
import type { FileKind } from '../records/lines.ts';
import type { KeyRows } from '../records/row-store.ts';
import { checkAuth } from './auth-check.ts';
import { checkBilling, checkCost, checkHours, checkVolume } from './day-checks.ts';
import type { Check, Found } from './found.ts';
import { heard } from './hold-back.ts';
import { checkAcceleration } from './hour-check.ts';
import { learnHistory } from './key-history.ts';
import type { Limits } from './limits.ts';
import { daysOfTraffic, type Traffic, trafficOf } from './traffic.ts';
import { checkAddresses, checkEndpoints, checkModels, checkSilence } from './use-checks.ts';

const CHECKS: readonly Check[] = [
  checkAcceleration,
  checkCost,
  checkVolume,
  checkBilling,
  checkModels,
  checkEndpoints,
  checkAddresses,
  checkHours,
  checkAuth,
  checkSilence,
];

interface FileRows {
  readonly rows: KeyRows;
  readonly kind: FileKind;
}

export interface AnalyzeOptions {
  readonly profile: Profile;
  readonly calendar: Calendar;
  readonly limits: Limits;
  /** By the canonical text of each. */
  lookUp(addresses: Iterable<string>): ReadonlyMap<string, Whereabouts>;
}

export interface KeyFinding extends Found {
  readonly key: string;
}

/** Holds one key's records against its history, which is the baseline as a whole. Null: the history does not know it. */
export function analyzeKey(
  { rows, kind }: FileRows,
  past: FileRows | null,
  { profile, calendar, limits, lookUp }: AnalyzeOptions,
): readonly KeyFinding[] {
  const traffic = trafficOf(rows, kind);
  const before = past === null ? null : trafficOf(past.rows, past.kind);
  const history = before === null || before.count === 0 ? null : learnHistory(before, calendar);
  const whereabouts = lookUp([...addressesOf(traffic), ...(history?.addresses ?? [])]);
  const input = { traffic, days: daysOfTraffic(traffic, calendar), history, before, calendar, limits, whereabouts };
  const found = CHECKS.flatMap((check) => check(input));
  return heard(found, input, profile).map((one) => ({ ...one, key: rows.key }));
}

function addressesOf({ count, kindOf }: Traffic): ReadonlySet<string> {
  const addresses = new Set<string>();
  for (let index = 0; index < count; index += 1) {
    const { address } = kindOf(index);
    if (address !== null) addresses.add(address);
  }
  return addresses;
}

/** By time, then key, then kind. */
export function inOrder<Item extends { readonly at: number; readonly key: string; readonly kind: string }>(
  items: readonly Item[],
): readonly Item[] {
  return items.toSorted((a, b) => a.at - b.at || compare(a.key, b.key) || compare(a.kind, b.kind));
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
