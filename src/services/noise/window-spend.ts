import { type ExpectHold, endOf, type WindowSpend } from '../../domain/hold.ts';
import type { Repos } from '../../ports/store.ts';
import { keysCountedIn } from '../rotation/named-keys.ts';

/** What the lineage has spent in a window and since its end, as far as it is known. */
export async function windowSpend(
  repos: Pick<Repos, 'keys' | 'rotations' | 'usage'>,
  hold: ExpectHold,
  now: number,
): Promise<WindowSpend> {
  const ids = (await keysCountedIn(repos, hold.lineageId)).map(({ id }) => id);
  const end = Math.min(endOf(hold), now);
  const costOf = (from: number, to: number) => (to > from ? repos.usage.costOf(ids, { from, to }) : 0);
  return { insideMicroUsd: await costOf(hold.fromAt, end), sinceEndMicroUsd: await costOf(end, now) };
}
