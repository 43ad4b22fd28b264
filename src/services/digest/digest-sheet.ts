import type { Actor } from '../../domain/actor.ts';
import { rowOf } from '../../domain/digest/build.ts';
import { AppError } from '../../domain/errors.ts';
import type { Cell } from '../../domain/key-columns.ts';
import { MICRO_USD_PER_USD } from '../../domain/money.ts';
import { dayText } from '../../domain/time.ts';
import type { Deps } from '../deps.ts';
import { readScores } from '../hygiene/read-score.ts';
import { listAllKeys } from '../inventory/list-keys.ts';
import { recentRisk } from '../risk/read-risk.ts';
import { type DigestDeps, readRows } from './read-digest.ts';

type SheetDeps = DigestDeps & Pick<Deps, 'sheets'>;

export interface SheetAsked {
  readonly actor: Actor;
  readonly week: string;
  /** Null: every key; else those of this owner alone. */
  readonly ownerId: string | null;
}

export interface DigestSheet {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly keys: number;
}

const HEAD = ['key', 'owner', 'spent_usd', 'week_before_usd', 'at_risk_48h_usd', 'costs_points', 'from', 'to'] as const;

/** What a digest's week cost, key by key, with how each stands now. The audit log has it before anybody gets it. */
export async function digestSheet(deps: SheetDeps, { actor, week, ownerId }: SheetAsked): Promise<DigestSheet> {
  const { store, clock, sheets } = deps;
  const card = (await store.read.digests.get(week))?.card;
  if (!card) throw noDigest(week);
  const { spent } = card.turn;
  const all = await listAllKeys(deps);
  const [scores, risk] = [await readScores(deps), await recentRisk(deps)];
  const rows = (await readRows(deps, { all, scores, risk, spent }))
    .filter((one) => ownerId === null || one.ownerId === ownerId)
    .map(rowOf)
    .toSorted((a, b) => b.spentMicroUsd - a.spentMicroUsd || (a.slug < b.slug ? -1 : 1));
  const days = [dayText(spent.from), dayText(spent.to - 1)];
  const cells: readonly (readonly Cell[])[] = [
    HEAD,
    ...rows.map((row) => [
      row.slug,
      row.ownerId ?? '',
      usd(row.spentMicroUsd),
      usd(row.beforeMicroUsd),
      row.worst48hMicroUsd === null ? '' : usd(row.worst48hMicroUsd),
      row.faults.join(' '),
      ...days,
    ]),
  ];
  const bytes = await sheets.write('csv', cells);
  const detail = { week, keys: rows.length, own: ownerId !== null };
  await store.write((tx) =>
    tx.audit.append({ at: clock.now(), actor, verb: 'digest.exported', subject: week, detail }),
  );
  return { name: `digest-${week}.csv`, bytes, keys: rows.length };
}

function usd(microUsd: number): number {
  return microUsd / MICRO_USD_PER_USD;
}

function noDigest(week: string): AppError {
  return new AppError({
    code: 'not_found',
    message: `no digest of ${week}`,
    publicMessage: 'There is no such digest here. `/keys export` gives the keys as they stand.',
  });
}
