import type { OwnerQuestion } from '../../domain/owner-question.ts';
import type { Deps } from '../deps.ts';
import { type KeySummary, listAllKeys } from '../inventory/list-keys.ts';

export interface AskedKey {
  readonly question: OwnerQuestion;
  readonly summary: KeySummary;
}

/** One message that asks a person about keys. */
export interface AskCard {
  readonly askId: string;
  readonly userId: string;
  /** The dearest first. */
  readonly rows: readonly AskedKey[];
}

type DescribeDeps = Pick<Deps, 'store' | 'clock' | 'providers'>;

/** Undefined: there is no such message. Of keys that are gone nothing is said. */
export async function describeAsk(deps: DescribeDeps, askId: string): Promise<AskCard | undefined> {
  const questions = await deps.store.read.ownerQuestions.ofAsk(askId);
  const userId = questions[0]?.userId;
  if (userId === undefined) return undefined;
  const byLineage = lineagesOf(await listAllKeys(deps));
  const rows = questions.flatMap((question) => {
    const summary = byLineage.get(question.lineageId);
    return summary === undefined ? [] : [{ question, summary }];
  });
  return { askId, userId, rows: rows.toSorted((a, b) => b.summary.last30dMicroUsd - a.summary.last30dMicroUsd) };
}

// Many are asked at once, about one inventory.
const known = new WeakMap<readonly KeySummary[], ReadonlyMap<string, KeySummary>>();

function lineagesOf(all: readonly KeySummary[]): ReadonlyMap<string, KeySummary> {
  const byLineage = known.get(all) ?? new Map(all.map((summary) => [summary.lineage.id, summary]));
  known.set(all, byLineage);
  return byLineage;
}
