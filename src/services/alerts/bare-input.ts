import { Curve, FINE_STEP_MS } from '../../domain/curve.ts';
import type { DetectorInput } from '../../domain/detector.ts';
import type { Lineage } from '../../domain/key.ts';
import type { LineageFacts } from '../../domain/lineage-facts.ts';
import { calendarOf } from '../calendar.ts';
import type { Deps } from '../deps.ts';

/** For detectors that look at what is known of a lineage, and not at its usage. */
export function bareInput(
  { clock, policy }: Pick<Deps, 'clock' | 'policy'>,
  lineage: Lineage,
  facts: LineageFacts,
): DetectorInput {
  const now = clock.now();
  return {
    now,
    calendar: calendarOf(policy),
    lineage,
    usage: [],
    curve: new Curve([], { from: now, until: now, stepMs: FINE_STEP_MS }),
    usedBeforeAt: null,
    knownUntil: now,
    completeUntil: now,
    requests: [],
    addresses: new Map(),
    facts,
    events: [],
    baseline: null,
    ownRatio: null,
    caps: [],
  };
}
