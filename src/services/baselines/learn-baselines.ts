import { BASELINE_MS, type Baseline } from '../../domain/baseline.ts';
import { groupBy, inSlices } from '../../domain/collections.ts';
import { DAY_MS, HOUR_MS, latest, MINUTE_MS } from '../../domain/time.ts';
import type { KeyIdentity } from '../../ports/store.ts';
import { calendarOf } from '../calendar.ts';
import type { Deps } from '../deps.ts';
import { withNamedKeys } from '../rotation/named-keys.ts';
import { learnLineage } from './learn-lineage.ts';

type LearnDeps = Pick<Deps, 'store' | 'clock' | 'policy' | 'breathe' | 'providers'>;

const WEEK_MS = 7 * DAY_MS;
/** A day is learned when its last usage has most likely been published. */
const SETTLED_MS = HOUR_MS;
const QUARTER_MS = 15 * MINUTE_MS;
/** The history of one is read and learned in some milliseconds. */
const LINEAGES_AT_ONCE = 4;

/**
 * Learns what is due: each night what was used since it was learned last, at once what people have said something about,
 * all else once a week. Returns how many were learned.
 */
export async function learnDue(deps: LearnDeps): Promise<number> {
  const now = deps.clock.now();
  const lineages = await lineagesToLearn(deps);
  const baselines = await deps.store.baselines(deps.breathe);
  const saidAt = await deps.store.read.baselines.saidSince(now - WEEK_MS);
  const due = lineages.filter(({ id, ...lineage }) =>
    isDue(baselines.get(id), { ...lineage, now, saidAt: saidAt.get(id) ?? null }),
  );
  return learn(deps, due);
}

/** Learns these lineages now, due or not. Returns how many there were. */
export async function learnNow(deps: LearnDeps, lineageIds: readonly string[]): Promise<number> {
  const wanted = new Set(lineageIds);
  return learn(
    deps,
    (await lineagesToLearn(deps)).filter(({ id }) => wanted.has(id)),
  );
}

interface ToLearn {
  readonly id: string;
  readonly keyIds: readonly string[];
  readonly lastUsedAt: number | null;
  /** The last day that is known whole ends here. */
  readonly until: number;
}

/** Those of which something can be known: a connection that was never read tells nothing, one that is blind what was before. */
async function lineagesToLearn({ store, clock, policy, providers }: LearnDeps): Promise<readonly ToLearn[]> {
  const { keys, watermarks } = store.read;
  const calendar = calendarOf(policy);
  const polledAt = new Map((await watermarks.all()).map((watermark) => [watermark.connectionId, watermark.polledAt]));
  const allKeys = await withNamedKeys(store.read, await keys.identities());
  return [...groupBy(allKeys, ({ lineageId }) => lineageId)].flatMap(([id, members]) => {
    const connections = [...new Set(members.map(({ connectionId }) => connectionId))].filter((one) =>
      providers.has(one),
    );
    const known = connections.map((one) => polledAt.get(one) ?? null).filter((at) => at !== null);
    if (known.length === 0 || known.length < connections.length) return [];
    const until = calendar.dayStart(Math.min(clock.now(), ...known) - SETTLED_MS);
    return [{ id, keyIds: members.map((key) => key.id), lastUsedAt: lastUse(members), until }];
  });
}

function lastUse(members: readonly KeyIdentity[]): number | null {
  return members.reduce<number | null>((last, { lastUsedAt }) => latest(last, lastUsedAt), null);
}

interface Standing extends Pick<ToLearn, 'lastUsedAt' | 'until'> {
  readonly now: number;
  /** When people said last what an alert of it was. */
  readonly saidAt: number | null;
}

function isDue(baseline: Baseline | undefined, { lastUsedAt, until, now, saidAt }: Standing): boolean {
  if (lastUsedAt === null) return false;
  if (baseline === undefined) return true;
  const wasUsed = until > baseline.until && lastUsedAt >= baseline.until;
  return wasUsed || (saidAt ?? 0) > baseline.computedAt || now - baseline.computedAt >= WEEK_MS;
}

async function learn(deps: LearnDeps, lineages: readonly ToLearn[]): Promise<number> {
  for (const slice of inSlices(lineages, LINEAGES_AT_ONCE)) {
    const learned: (readonly [string, Baseline])[] = [];
    for (const lineage of slice) learned.push([lineage.id, await learnOne(deps, lineage)]);
    await deps.store.write(async (tx) => {
      for (const [lineageId, baseline] of learned) await tx.baselines.put(lineageId, baseline);
    });
    await deps.breathe();
  }
  return lineages.length;
}

async function learnOne(deps: LearnDeps, { id: lineageId, keyIds, until }: ToLearn): Promise<Baseline> {
  // Midnight of some zones lies within an hour of UTC.
  const stepMs = until % HOUR_MS === 0 ? HOUR_MS : QUARTER_MS;
  const range = { from: until - BASELINE_MS, to: until };
  const usage = await deps.store.read.usage.ofKeysFolded(keyIds, range, stepMs);
  return learnLineage(deps, { lineageId, keyIds, until, usage, stepMs });
}
