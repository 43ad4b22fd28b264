import { type LadderStep, nextStep } from '../../domain/stale-ladder.ts';
import { inWorkHours } from '../../domain/work-hours.ts';
import { askOwners } from './ask-owners.ts';
import { endTurns } from './end-turns.ts';
import { handOver, propose, tellLateUse } from './propose-ends.ts';
import { readStale } from './read-stale.ts';
import { type ClimbDeps, type Climber, GAP_MS, latestOf, STALE_KEEPER } from './stale-steps.ts';
import { suspendStale } from './suspend-stale.ts';

/** Takes every step that is due: asks owners, proposes, suspends what was announced, and ends what has traffic again. */
export async function climbStale(deps: ClimbDeps): Promise<void> {
  const now = deps.clock.now();
  const { staleness, calendar, rotation } = deps.policy;
  const entries = await readStale(deps);
  const climbers = entries.flatMap((entry): Climber[] => {
    const step = nextStep(entry.facts, entry.record, { policy: staleness, now });
    return step.do === 'wait' ? [] : [{ ...entry, step }];
  });
  const doing = (what: LadderStep['do']) => climbers.filter(({ step }) => step.do === what);
  await endTurns(deps, doing('end'));
  await tellLateUse(deps, doing('tell_late_use'));
  if (!staleness.ladder) return;
  await suspendStale(deps, doing('suspend'));
  await handOver(deps, doing('hand_over'));
  const isDay = inWorkHours(now, { timeZone: calendar.timeZone, holidays: rotation.holidays }) === now;
  const lastProposal = latestOf(entries, ({ proposedAt }) => proposedAt);
  if (isDay && now - lastProposal >= GAP_MS) await propose(deps, doing('propose'), STALE_KEEPER);
  await askOwners(deps, entries, doing('ask'));
}
