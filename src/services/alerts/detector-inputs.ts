import { groupBy, inSlices } from '../../domain/collections.ts';
import { Curve, FINE_STEP_MS } from '../../domain/curve.ts';
import { type DetectorInput, RECENT_MS } from '../../domain/detector.ts';
import { NO_FACTS } from '../../domain/lineage-facts.ts';
import { NEAR } from '../../domain/pace.ts';
import { DAY_MS, HOUR_MS } from '../../domain/time.ts';
import type { Provider } from '../../ports/provider.ts';
import { calendarOf } from '../calendar.ts';
import type { Deps } from '../deps.ts';
import { eventsOfLineages } from '../events/lineage-events.ts';
import { withUnwatched } from '../limits/cap-standings.ts';
import { withNamedKeys } from '../rotation/named-keys.ts';
import { baselineOf, type Glances, glancesOf } from './glances.ts';
import type { Horizon } from './horizon.ts';
import { historiesOf } from './lineage-history.ts';

const LINEAGES_AT_ONCE = 5;
/** How far back a detector sees what the provider's own log tells. */
const EVENTS_MS = DAY_MS;
// A day of 25 hours is told as a whole within two hours.
const LEAST_MS = DAY_MS + HOUR_MS + RECENT_MS;

const NO_ADDRESSES: DetectorInput['addresses'] = new Map();

export type InputDeps = Pick<Deps, 'store' | 'clock' | 'detectors' | 'breathe' | 'policy' | 'providers'>;

export interface LineageInput {
  readonly input: DetectorInput;
  /** All that the lineage has or had. */
  readonly keyIds: readonly string[];
}

/** One lineage after the other, read a few at a time: the histories of all are not held at once. */
export async function* inputsOf(
  deps: InputDeps,
  provider: Provider,
  horizon: Horizon,
): AsyncGenerator<LineageInput, void> {
  const { keys, lineages } = deps.store.read;
  const { now, knownUntil } = horizon;
  const calendar = calendarOf(deps.policy);
  const historyMs = Math.max(LEAST_MS, ...deps.detectors.map((detector) => detector.historyMs));
  const allKeys = await withNamedKeys(deps.store.read, await keys.identities());
  const sight = await glancesOf(deps, { provider, horizon, allKeys });
  const membersOf = groupBy(allKeys, ({ lineageId }) => lineageId);
  for (const slice of inSlices(worthALook(deps, sight), LINEAGES_AT_ONCE)) {
    const members = slice.flatMap((lineageId) => membersOf.get(lineageId) ?? []);
    const keyIds = new Map(slice.map((id) => [id, (membersOf.get(id) ?? []).map((key) => key.id)]));
    const histories = await historiesOf(deps, { horizon, historyMs, keyIds });
    const eventRange = { providerId: provider.id, from: now - EVENTS_MS, to: now };
    const events = await eventsOfLineages(deps, { ...eventRange, allKeys, members });
    for (const lineageId of slice) {
      const lineage = await lineages.get(lineageId);
      if (lineage === undefined) continue;
      const usage = histories.get(lineageId) ?? [];
      const curve = new Curve(usage, { from: knownUntil - historyMs, until: knownUntil, stepMs: FINE_STEP_MS });
      const series = { usage, curve, events: events.get(lineageId) ?? [], requests: [], addresses: NO_ADDRESSES };
      const standings = sight.caps.get(lineageId) ?? [];
      const caps = await Promise.all(standings.map((one) => withUnwatched(deps, one, { now, ...lineage })));
      const known = {
        usedBeforeAt: sight.glances.get(lineageId)?.usedBeforeAt ?? null,
        baseline: baselineOf(lineageId, sight.baselines),
        ownRatio: lineage.ownRatio?.ratio ?? null,
        facts: sight.facts.get(lineageId) ?? NO_FACTS,
      };
      yield {
        input: { ...horizon, calendar, lineage, ...series, ...known, caps },
        keyIds: keyIds.get(lineageId) ?? [],
      };
    }
    await deps.breathe();
  }
}

/**
 * The history of a lineage is thousands of rows: it is read only where some detector could find something, or could
 * if the spend grew from near to enough.
 */
function worthALook({ detectors }: Pick<Deps, 'detectors'>, { glances }: Glances): readonly string[] {
  const worthwhile = [...glances].filter(([, glance]) => {
    const near = { ...glance, recentMicroUsd: glance.recentMicroUsd / NEAR };
    return detectors.some((detector) => detector.occasion === 'usage' && detector.worthwhile(near));
  });
  return worthwhile.map(([lineageId]) => lineageId);
}
