import type { Environment } from '../key.ts';

/** A key of a place that is to be split. */
export interface SplitKey {
  readonly keyId: string;
  readonly slug: string;
  readonly environment: Environment;
  readonly consumers: readonly string[];
  readonly last30dMicroUsd: number;
  /** What is proposed as its cap; null: nothing can be. */
  readonly capMicroUsd: number | null;
}

export interface SplitMove {
  readonly key: SplitKey;
  /** What the new project or workspace is called. */
  readonly place: string;
}

/** One key per place: who stays and who moves where. */
export interface SplitPlan {
  /** The dearest stays where it is: it is the one that is moved last and at the highest risk. */
  readonly stays: SplitKey | null;
  readonly moves: readonly SplitMove[];
  /** A key that several workloads share, with a key of its own for each. */
  readonly parts: readonly string[];
}

/** So that a cap of the place means one key: the dearest stays, each other one moves into a place of its own name. */
export function splitPlan(keys: readonly SplitKey[], sharedBy: readonly string[] = []): SplitPlan {
  const [stays = null, ...others] = keys.toSorted(
    (a, b) => b.last30dMicroUsd - a.last30dMicroUsd || a.slug.localeCompare(b.slug),
  );
  const moves = others.map((key) => ({ key, place: key.slug }));
  return { stays, moves, parts: keys.length === 1 ? sharedBy : [] };
}
