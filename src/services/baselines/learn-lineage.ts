import { BASELINE_MS, type Baseline, learnBaseline } from '../../domain/baseline.ts';
import { Curve, type Stretch } from '../../domain/curve.ts';
import { latest } from '../../domain/time.ts';
import { calendarOf } from '../calendar.ts';
import type { Deps } from '../deps.ts';

export interface Lesson {
  readonly lineageId: string;
  /** All that it has or had: a rotation changes nothing of what is usual. */
  readonly keyIds: readonly string[];
  /** Up to here. */
  readonly until: number;
  /** What it used in the time before, on a grid of `stepMs`. */
  readonly usage: readonly (Stretch & { readonly model: string; readonly endpoint: string })[];
  readonly stepMs: number;
}

/** What is usual for a lineage, learned from what it used; confirmed incidents are left out. Nothing is kept. */
export async function learnLineage(
  deps: Pick<Deps, 'store' | 'clock' | 'policy'>,
  { lineageId, keyIds, until, usage, stepMs }: Lesson,
): Promise<Baseline> {
  const from = until - BASELINE_MS;
  const known = usage.filter(({ startAt }) => startAt >= from && startAt < until);
  const incidents = await deps.store.read.lessons.incidentDays(lineageId, { from, to: until });
  const learned = learnBaseline({
    now: deps.clock.now(),
    until,
    calendar: calendarOf(deps.policy),
    curve: new Curve(known, { from, until, stepMs }),
    leftOut: incidents.map(({ startedAt, closedAt }) => ({ from: startedAt, to: closedAt })),
    known: {
      knownModels: [...new Set(known.map(({ model }) => model))].sort(),
      knownEndpoints: [...new Set(known.map(({ endpoint }) => endpoint))].sort(),
      knownAddresses: [],
      knownUserAgents: [],
    },
  });
  if (learned.lastUsedAt !== null) return learned;
  // Of what was quiet for a month it matters how long.
  const days = await deps.store.read.usage.lastDays(keyIds, until);
  const before = (await deps.store.read.baselines.get(lineageId))?.lastUsedAt ?? null;
  return { ...learned, lastUsedAt: latest(before, days.size === 0 ? null : Math.max(...days.values())) };
}
