import type { Baseline } from '../../domain/baseline.ts';
import { Curve, type Stretch } from '../../domain/curve.ts';
import type { Past } from '../../domain/judgement/case.ts';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../domain/time.ts';
import { learnLineage } from '../baselines/learn-lineage.ts';
import { calendarOf } from '../calendar.ts';
import type { Deps } from '../deps.ts';
import type { LineageInput } from './detector-inputs.ts';
import { LineageMemory } from './lineage-memory.ts';

type PastDeps = Pick<Deps, 'store' | 'clock' | 'policy'>;

/** So long quarters are kept. */
const PAST_MS = 35 * DAY_MS;
const QUARTER_MS = 15 * MINUTE_MS;
/** What is older than this is remembered for an hour: what is found is found again each minute. */
const FRESH_MS = 3 * HOUR_MS;

/** Quarter by quarter from `from` to `seam`. */
interface Older {
  readonly readAt: number;
  readonly keyIds: string;
  readonly from: number;
  readonly seam: number;
  readonly costMicroUsd: Float64Array;
  /** Null: not counted. */
  readonly requests: Float64Array | null;
  readonly baseline: Baseline;
}

// Some fifty kilobytes each.
const memory = new LineageMemory<Older>({ keptMs: HOUR_MS, most: 300 });

/** What a lineage did in the last five weeks, and what is usual for it up to the start of the day that runs. */
export async function pastOf(deps: PastDeps, { input, keyIds }: LineageInput): Promise<Past> {
  const { lineage, knownUntil, now } = input;
  const known = memory.get(deps.store, lineage.id, now);
  const isUsable = known !== undefined && isSame(known, { deps, input, keyIds });
  const older = isUsable ? known : await readOlder(deps, { input, keyIds });
  memory.put(deps.store, lineage.id, older);
  const newer = await deps.store.read.usage.ofKeysFolded(keyIds, { from: older.seam, to: now }, QUARTER_MS);
  const span = { from: older.from, until: knownUntil, stepMs: QUARTER_MS };
  return { curve: new Curve(allStretches(older, newer), span), baseline: older.baseline };
}

interface Wanted extends LineageInput {
  readonly deps: PastDeps;
}

/** After a midnight a day more is known, and after a rotation a key. */
function isSame({ keyIds, baseline }: Older, { deps, input, keyIds: wanted }: Wanted): boolean {
  return baseline.until === calendarOf(deps.policy).dayStart(input.knownUntil - 1) && keyIds === wanted.join(' ');
}

async function readOlder(deps: PastDeps, { input, keyIds }: LineageInput): Promise<Older> {
  const { lineage, knownUntil, now } = input;
  const from = floorTo(knownUntil - PAST_MS, QUARTER_MS);
  const seam = floorTo(knownUntil - FRESH_MS, HOUR_MS);
  const usage = await deps.store.read.usage.ofKeysFolded(keyIds, { from, to: now }, QUARTER_MS);
  const until = calendarOf(deps.policy).dayStart(knownUntil - 1);
  const lesson = { lineageId: lineage.id, keyIds, until, usage, stepMs: QUARTER_MS };
  const baseline = await learnLineage(deps, lesson);
  const grid = new Curve(
    usage.filter(({ startAt }) => startAt < seam),
    { from, until: seam, stepMs: QUARTER_MS },
  );
  const steps = Math.floor((seam - from) / QUARTER_MS);
  const at = (step: number) => from + step * QUARTER_MS;
  const costMicroUsd = Float64Array.from({ length: steps }, (_, step) => grid.cost(at(step), at(step + 1)));
  const requests = grid.countsRequests
    ? Float64Array.from({ length: steps }, (_, step) => grid.requests(at(step), at(step + 1)))
    : null;
  return { readAt: now, keyIds: keyIds.join(' '), from, seam, costMicroUsd, requests, baseline };
}

function* allStretches({ from, costMicroUsd, requests }: Older, newer: readonly Stretch[]): Iterable<Stretch> {
  for (const [step, cost] of costMicroUsd.entries()) {
    const startAt = from + step * QUARTER_MS;
    yield { startAt, widthMs: QUARTER_MS, costMicroUsd: cost, requests: requests?.[step] ?? null };
  }
  yield* newer;
}
