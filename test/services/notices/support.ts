import type { Notice } from '../../../src/domain/notice.ts';
import { readInventory } from '../../../src/services/inventory/read-inventory.ts';
import type { Bench } from '../../support/bench-deps.ts';
import { failing } from '../../support/fake-provider.ts';

/** Everything that was ever noticed, oldest first. */
export async function notices(bench: Bench): Promise<readonly Notice[]> {
  const ids = bench.raw().prepare<[], string>('SELECT id FROM notices ORDER BY id').pluck().all();
  const found = await Promise.all(ids.map((id) => bench.store.read.notices.get(id)));
  return found.filter((notice) => notice !== undefined);
}

/** The rows of the outbox that carry notices. */
export function sentNotices(bench: Bench): readonly string[] {
  return bench.outbox().filter((row) => row.startsWith('notice '));
}

export async function settleOutbox(bench: Bench): Promise<void> {
  for (const row of await bench.store.read.outbox.due(bench.clock.now(), 100)) {
    await bench.store.write((tx) => tx.outbox.update({ ...row, state: 'sent', settledAt: bench.clock.now() }));
  }
}

export function readKeys(bench: Bench, fake = bench.provider): Promise<unknown> {
  return readInventory(bench.deps, fake.port).catch((error: unknown) => error);
}

export function failKeys(bench: Bench, times: number, fake = bench.provider): void {
  fake.script('listKeys', ...Array.from({ length: times }, () => failing('provider_unavailable')));
}
