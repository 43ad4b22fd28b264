import type { Profile } from '../../src/domain/profile.ts';
import { replay } from '../../src/domain/replay/replay.ts';
import { fiveTimesMedian, type Method, meanAndThreeSigma, monthlyBudget, twiceTheWeekBefore } from './rules.ts';

/** What is measured, by name. */
export const METHODS: ReadonlyMap<string, Method> = new Map([
  ['balanced', replayed('balanced')],
  ['strict', replayed('strict')],
  ['5x median, $5', fiveTimesMedian(5)],
  ['mean + 3 sigma a day', meanAndThreeSigma],
  ['2x the week before', twiceTheWeekBefore],
  ['monthly budget', monthlyBudget],
]);

/** The first rule at other floors: for a look at the traffic, not for the report. */
export const MORE_METHODS: ReadonlyMap<string, Method> = new Map([
  ['5x median, $1', fiveTimesMedian(1)],
  ['5x median, $10', fiveTimesMedian(10)],
]);

function replayed(profile: Profile): Method {
  return (series, polls) => replay(series, { profile, ...polls });
}
