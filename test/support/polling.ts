import { pollUsage } from '../../src/services/usage/poll-usage.ts';
import { type Bench, type BenchOptions, openBench, storedUsage } from './bench-deps.ts';
import { fakeKey } from './fake-provider.ts';

/** One key, known and not polled yet. */
export async function benchToPoll(options: BenchOptions = {}): Promise<Bench> {
  const bench = openBench(options);
  bench.provider.put(fakeKey('key_1'));
  await bench.sync();
  return bench;
}

export function poll(bench: Bench, fake = bench.provider) {
  return pollUsage(bench.deps, fake.port);
}

export function stored(bench: Bench) {
  return storedUsage(bench.raw, bench.clock.now());
}

export function totalCost(bench: Bench): number {
  return stored(bench).reduce((sum, { cost }) => sum + cost, 0);
}
