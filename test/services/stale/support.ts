import { executeAction } from '../../../src/services/actions/execute-action.ts';
import { readInventory } from '../../../src/services/inventory/read-inventory.ts';
import { climbStale } from '../../../src/services/stale/climb-stale.ts';
import { type Bench, type BenchOptions, member, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { poll } from '../../support/polling.ts';
import { type Sent, sendAll } from '../../support/sent.ts';

/** A Monday, 10:00 UTC: the hour of the announced dates. */
export const MONDAY = Date.UTC(2026, 8, 7, 10);
export const DAY = 86_400_000;

export interface QuietKey {
  readonly id: string;
  readonly owner?: string | null;
  readonly label?: string;
  /** Before the first Monday. */
  readonly usedDaysAgo?: number | null;
  readonly kind?: 'inference' | 'admin';
}

/** Keys that nobody uses, known and polled. */
export async function openQuiet(keys: readonly QuietKey[], options: BenchOptions = {}): Promise<Bench> {
  const bench = openBench({ now: MONDAY, ...options });
  bench.provider.put(
    ...keys.map(({ id, label = id, kind = 'inference', usedDaysAgo = 40 }) =>
      fakeKey(id, {
        label,
        kind,
        createdAt: MONDAY - 300 * DAY,
        lastUsedAt: usedDaysAgo === null ? null : MONDAY - usedDaysAgo * DAY,
      }),
    ),
  );
  await readInventory(bench.deps, bench.provider.port);
  await poll(bench);
  const owners = [...new Set(keys.flatMap(({ owner }) => owner ?? []))];
  await bench.store.write(async (tx) => {
    for (const owner of owners) await tx.members.upsert({ ...member(owner), lastSeenAt: MONDAY });
  });
  for (const { id, owner = null } of keys) {
    const lineage = await bench.lineageOf(id);
    await bench.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId: owner }));
  }
  return bench;
}

/** Runs what is due each morning until then, as the bot would; returns what was sent with its day. */
export async function walk(
  bench: Bench,
  days: number,
  options: { readonly isBlind?: boolean } = {},
): Promise<readonly (Sent & { readonly day: number })[]> {
  const sent: (Sent & { readonly day: number })[] = [];
  const until = bench.clock.now() + days * DAY;
  for (;;) {
    if (!options.isBlind) {
      await readInventory(bench.deps, bench.provider.port);
      await poll(bench);
    }
    await climbStale(bench.deps);
    for (const action of await bench.store.read.actions.due(bench.clock.now())) {
      await executeAction(bench.deps, action.id);
    }
    const day = Math.floor((bench.clock.now() - MONDAY) / DAY);
    sent.push(...(await sendAll(bench)).map((one) => ({ ...one, day })));
    if (bench.clock.now() >= until) return sent;
    bench.clock.jumpTo(bench.clock.now() + DAY);
  }
}

export async function recordOf(bench: Bench, id: string) {
  return present(await bench.store.read.stale.get((await bench.keyOf(id)).id));
}

/** Kind, day and first line of each. */
export function told(sent: readonly (Sent & { readonly day: number })[]): readonly string[] {
  return sent.map(({ kind, day, isPost, draft }) => {
    return `${day} ${isPost ? 'posts' : 'edits'} ${kind} to ${draft.channel}: ${draft.text.split('\n')[0]}`;
  });
}
