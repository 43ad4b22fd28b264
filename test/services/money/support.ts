import type { CostLine } from '../../../src/domain/reconciliation.ts';
import { DAY_MS } from '../../../src/domain/time.ts';
import { readInventory } from '../../../src/services/inventory/read-inventory.ts';
import { type ReconcileOutcome, reconcileAll } from '../../../src/services/money/reconcile.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, type BenchOptions, NOON, openBench } from '../../support/bench-deps.ts';
import { type FakeProvider, fakeKey } from '../../support/fake-provider.ts';

export const USD = 1_000_000;
/** Midnight of the day on which the bench begins. */
export const TODAY = NOON - DAY_MS / 2;

export function day(daysAgo: number): number {
  return TODAY - daysAgo * DAY_MS;
}

export interface Spend {
  readonly daysAgo: number;
  /** By the provider's own word; nothing: it says nothing of it. */
  readonly theirs?: number;
  readonly ours?: number;
  readonly scopeId?: string | null;
  readonly model?: string;
}

/** What a key cost on a day, on both sides, in dollars. Our side is there after the next poll. */
export function spend(fake: FakeProvider, keyId: string | null, { daysAgo, theirs, ours, ...where }: Spend): void {
  const at = day(daysAgo);
  const { scopeId = 'ws_1' } = where;
  if (theirs !== undefined) fake.costs.push({ keyId, at, microUsd: theirs * USD, scopeId });
  // In the middle of the day: the newest days are read by the minute, older ones by the hour.
  if (ours !== undefined) fake.use.push({ keyId, at: at + DAY_MS / 2, tokens: ours * USD, ...where });
}

/** Two keys, one connection that opens its costs for so many days. */
export function benchWithCosts(options: BenchOptions = {}): Bench {
  const bench = openBench({ costHistoryMs: 60 * DAY_MS, ...options });
  bench.provider.put(fakeKey('key_1', { label: 'prod-api' }), fakeKey('key_2', { label: 'staging-ci' }));
  return bench;
}

/** Inventory, usage and costs of every connection, as the jobs read them. */
export async function readAll(bench: Bench): Promise<readonly ReconcileOutcome[]> {
  for (const provider of bench.deps.providers.values()) {
    await readInventory(bench.deps, provider);
    await pollUsage(bench.deps, provider);
  }
  return reconcileAll(bench.deps);
}

export function linesOf(bench: Bench, daysAgo: number, connectionId = 'fake'): Promise<readonly CostLine[]> {
  return bench.store.read.dayCosts.lines(connectionId, { from: day(daysAgo), to: day(daysAgo - 1) });
}

/** `key theirs ours` of a day in dollars, by the provider's key ids. */
export async function figures(bench: Bench, daysAgo: number, connectionId = 'fake'): Promise<readonly string[]> {
  const names = new Map((await bench.store.read.keys.all()).map((key) => [key.id, key.providerKeyId]));
  const usd = (microUsd: number | null) => (microUsd === null ? '-' : String(microUsd / USD));
  return (await linesOf(bench, daysAgo, connectionId))
    .map((line) => `${names.get(line.keyId) ?? line.keyId} ${usd(line.providerMicroUsd)} ${usd(line.ownMicroUsd)}`)
    .sort();
}
