import { groupBy } from '../../domain/collections.ts';
import type { CostRead } from '../../domain/cost-plan.ts';
import {
  type CostPart,
  type CostSum,
  type CostVerdict,
  errorMicroUsd,
  errorShare,
  reconcileDay,
} from '../../domain/reconciliation.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Store } from '../../ports/store.ts';
import { type CostName, costNames, type NameCost } from './cost-names.ts';

/** Both figures of a whole day, a scope or a key. Money of ours is null where our usage of the day is not known. */
export interface ReconciledFigures {
  readonly providerMicroUsd: number;
  readonly ownMicroUsd: number | null;
  /** Ours less theirs. */
  readonly errorMicroUsd: number | null;
  /** Of the provider's figure, with its sign; null where that is nothing. */
  readonly errorShare: number | null;
  readonly estimatedMicroUsd: number;
  readonly hasUnpriced: boolean;
  readonly verdict: CostVerdict;
}

export interface ReconciledPart extends ReconciledFigures {
  readonly scopeId: string;
  readonly keyId: string | null;
  readonly name: CostName;
}

export interface ReconciledDay extends ReconciledFigures {
  readonly dayAt: number;
  /** False: the provider may still change its figures, and no drift is told. */
  readonly settled: boolean;
  readonly shadowMicroUsd: number | null;
  /** The dearest first. */
  readonly scopes: readonly ReconciledPart[];
  readonly keys: readonly ReconciledPart[];
}

export interface ConnectionReconciliation {
  readonly read: CostRead;
  /** Newest first. */
  readonly days: readonly ReconciledDay[];
}

/** What is stored of the newest days of every connection; nobody is asked anything. */
export async function listReconciliations(
  { store }: { readonly store: Store },
  { days }: { readonly days: number },
): Promise<readonly ConnectionReconciliation[]> {
  const name = await costNames(store);
  const found: ConnectionReconciliation[] = [];
  for (const read of await store.read.costReads.all()) {
    found.push({ read, days: await daysOf({ store, name }, read, days) });
  }
  return found;
}

interface ListContext {
  readonly store: Store;
  readonly name: NameCost;
}

async function daysOf({ store, name }: ListContext, read: CostRead, days: number): Promise<readonly ReconciledDay[]> {
  if (read.untilAt === null) return [];
  const range = { from: read.untilAt - days * DAY_MS, to: read.untilAt };
  const lines = await store.read.dayCosts.lines(read.connectionId, range);
  return [...groupBy(lines, ({ dayAt }) => dayAt)].toReversed().map(([dayAt, own]): ReconciledDay => {
    const day = reconcileDay(dayAt, own);
    const settled = read.settledUntil !== null && dayAt + DAY_MS <= read.settledUntil;
    return {
      dayAt,
      settled,
      ...figuresOf(day.total, day.verdict),
      shadowMicroUsd: day.shadowMicroUsd,
      scopes: byCost(day.scopes.map((part) => namedPart(name, part))),
      keys: byCost(day.keys.map((part) => namedPart(name, part))),
    };
  });
}

function namedPart(name: NameCost, part: CostPart): ReconciledPart {
  return { scopeId: part.scopeId, keyId: part.keyId, name: name(part), ...figuresOf(part, part.verdict) };
}

function figuresOf(sum: CostSum, verdict: CostVerdict): ReconciledFigures {
  const { providerMicroUsd, estimatedMicroUsd, hasUnpriced, isCompared } = sum;
  return {
    providerMicroUsd,
    ownMicroUsd: isCompared ? sum.ownMicroUsd : null,
    errorMicroUsd: isCompared ? errorMicroUsd(sum) : null,
    errorShare: isCompared ? errorShare(sum) : null,
    estimatedMicroUsd,
    hasUnpriced,
    verdict,
  };
}

function byCost(parts: readonly ReconciledPart[]): readonly ReconciledPart[] {
  return parts.toSorted(
    (a, b) => Math.max(b.providerMicroUsd, b.ownMicroUsd ?? 0) - Math.max(a.providerMicroUsd, a.ownMicroUsd ?? 0),
  );
}
