import type { KeyActKind } from '../../domain/action.ts';
import { type Key, STOPPED_STATUSES } from '../../domain/key.ts';
import { DAY_MS, HOUR_MS } from '../../domain/time.ts';
import { parseVariant, type UsageBucket } from '../../domain/usage.ts';
import type { Survivor } from '../../ports/provider.ts';
import type { Watermark } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { type EarlyEndCard, readEarlyEnd } from '../rotation/early-end.ts';
import { isFinal } from './second-person.ts';

export interface UseSum {
  /** Null where the provider counts none. */
  readonly requests: number | null;
  readonly costMicroUsd: number;
}

/** What a person should know before a key is stopped or started: what it does now, for whom, and what else is hit. */
export interface Impact {
  readonly lastHour: UseSum;
  readonly lastDay: UseSum;
  /** In the last 24 hours, the dearest first. */
  readonly models: readonly string[];
  readonly endpoints: readonly string[];
  readonly watermark: Pick<Watermark, 'newestUsageAt' | 'failingSince'> | null;
  /** The other working keys of the lineage: they go on. */
  readonly siblings: readonly Key[];
  readonly afterlife: Afterlife;
  /** Why an end for good would be too early; null: nothing speaks against it. */
  readonly early: EarlyEndCard | null;
}

/** What goes on after a stop. */
export interface Afterlife {
  readonly survivors: readonly Survivor[];
  /** Cost of this key's batches in the 24 hours before; null: there were none. */
  readonly batchesMicroUsd: number | null;
}

type ImpactDeps = Pick<Deps, 'store' | 'clock' | 'providers'>;

export async function describeImpact(deps: ImpactDeps, kind: KeyActKind, key: Key): Promise<Impact> {
  const { keys, usage, watermarks } = deps.store.read;
  const now = deps.clock.now();
  const buckets = await usage.startedIn([key.id], { from: now - DAY_MS, to: now });
  const lineage = await keys.ofLineage(key.lineageId);
  return {
    lastHour: sumOf(buckets.filter(({ startAt }) => startAt >= now - HOUR_MS)),
    lastDay: sumOf(buckets),
    models: dearest(buckets, ({ model }) => model),
    endpoints: dearest(buckets, ({ endpoint }) => endpoint),
    watermark: (await watermarks.get(key.connectionId)) ?? null,
    siblings: lineage.filter(({ id, status }) => id !== key.id && !STOPPED_STATUSES.has(status)),
    afterlife: kind === 'restore' ? NOTHING : afterlifeOf(deps, key, buckets),
    early: isFinal(deps, kind, key) ? await readEarlyEnd(deps, key.id) : null,
  };
}

/** The same for a key that was stopped at `stoppedAt`. */
export async function describeAfterlife(
  deps: Pick<Deps, 'store' | 'providers'>,
  key: Key,
  stoppedAt: number,
): Promise<Afterlife> {
  const range = { from: stoppedAt - DAY_MS, to: stoppedAt };
  return afterlifeOf(deps, key, await deps.store.read.usage.startedIn([key.id], range));
}

const NOTHING: Afterlife = { survivors: [], batchesMicroUsd: null };

function afterlifeOf({ providers }: Pick<Deps, 'providers'>, key: Key, buckets: readonly UsageBucket[]): Afterlife {
  const batches = buckets.filter(({ variant }) => parseVariant(variant).batch === true);
  return {
    survivors: providers.get(key.connectionId)?.capabilities.survivesStop ?? [],
    batchesMicroUsd: batches.length === 0 ? null : sumOf(batches).costMicroUsd,
  };
}

function sumOf(buckets: readonly UsageBucket[]): UseSum {
  const counted = buckets.filter(({ requests }) => requests !== null);
  return {
    requests:
      counted.length === 0 && buckets.length > 0 ? null : counted.reduce((sum, one) => sum + (one.requests ?? 0), 0),
    costMicroUsd: buckets.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0),
  };
}

function dearest(buckets: readonly UsageBucket[], nameOf: (bucket: UsageBucket) => string): readonly string[] {
  const costs = new Map<string, number>();
  for (const bucket of buckets) {
    const name = nameOf(bucket);
    costs.set(name, (costs.get(name) ?? 0) + bucket.costMicroUsd);
  }
  return [...costs].sort(([, a], [, b]) => b - a).map(([name]) => name);
}
