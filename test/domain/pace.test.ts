import { describe, expect, test } from 'vitest';
import {
  COOLING_MS,
  hotIntervalMs,
  isHot,
  isPollDue,
  type PollFacts,
  type PollPace,
  paceAfter,
} from '../../src/domain/pace.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../src/domain/time.ts';
import { NOON } from '../support/records.ts';

const FIVE_MS = 5 * MINUTE_MS;

function pace(fields: Partial<PollPace> = {}): PollPace {
  return { connectionId: 'fake', attemptedAt: NOON, hotUntil: null, notBeforeAt: null, ...fields };
}

function facts(fields: Partial<PollFacts> = {}): PollFacts {
  const nothing = { nearness: 0, hasRunningAlert: false, retryAfterMs: null };
  return { connectionId: 'fake', attemptedAt: NOON, ...nothing, ...fields };
}

/** The minutes of the next quarter of an hour in which a poll is due. */
function dueMinutes(given: PollPace | undefined): readonly number[] {
  const minutes = Array.from({ length: 15 }, (_, index) => index);
  return minutes.filter((minute) => isPollDue(given, { now: NOON + minute * MINUTE_MS, everyMs: FIVE_MS }));
}

describe('a poll is due', () => {
  test('at once where there was none', () => {
    expect(dueMinutes(undefined)).toHaveLength(15);
  });

  test('at the next round moment of policy’s interval, wherever in the last one the poll began', () => {
    expect(dueMinutes(pace())[0]).toBe(5);
    expect(dueMinutes(pace({ attemptedAt: NOON + 3 * SECOND_MS })).filter((minute) => minute > 0)[0]).toBe(5);
    expect(dueMinutes(pace({ attemptedAt: NOON - 61 * SECOND_MS }))[0]).toBe(0);
  });

  test('every minute while the connection is hot, and not twice in one', () => {
    expect(dueMinutes(pace({ hotUntil: NOON + COOLING_MS }))[0]).toBe(1);
    expect(dueMinutes(pace({ hotUntil: NOON + 3 * MINUTE_MS }))).toEqual([1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  test('not out of turn while the provider has asked us to wait; the turn itself comes all the same', () => {
    const waiting = { hotUntil: NOON + COOLING_MS, notBeforeAt: NOON + 3 * MINUTE_MS };

    expect(dueMinutes(pace(waiting))[0]).toBe(3);
    expect(dueMinutes(pace({ ...waiting, notBeforeAt: NOON + DAY_MS }))[0]).toBe(5);
  });

  test('after the clock was set back by a day', () => {
    expect(isPollDue(pace({ attemptedAt: NOON + DAY_MS }), { now: NOON, everyMs: FIVE_MS })).toBe(true);
  });
});

describe('a connection', () => {
  test('is hot above half of what fires, not at it', () => {
    expect(paceAfter(undefined, facts({ nearness: 0.51 }), NOON).hotUntil).toBe(NOON + 15 * MINUTE_MS);
    expect(paceAfter(undefined, facts({ nearness: 0.5 }), NOON).hotUntil).toBeNull();
  });

  test('is hot while an alert runs, also where nothing can be read', () => {
    const blind = facts({ nearness: null, hasRunningAlert: true });

    expect(isHot(paceAfter(undefined, blind, NOON), NOON)).toBe(true);
  });

  test('cools down a quarter of an hour after it was near last; what is unknown does not warm it', () => {
    const hot = paceAfter(undefined, facts({ nearness: 1 }), NOON);
    const below = paceAfter(hot, facts({ nearness: 0.1 }), NOON + 10 * MINUTE_MS);
    const unknown = paceAfter(below, facts({ nearness: null }), NOON + 12 * MINUTE_MS);

    expect([below.hotUntil, unknown.hotUntil]).toEqual([NOON + COOLING_MS, NOON + COOLING_MS]);
    expect([isHot(unknown, NOON + COOLING_MS - 1), isHot(unknown, NOON + COOLING_MS)]).toEqual([true, false]);
  });

  test('waits from the end of the poll that was refused, and forgets it with the next', () => {
    const refused = paceAfter(undefined, facts({ retryAfterMs: 90 * SECOND_MS }), NOON + SECOND_MS);

    expect(refused.notBeforeAt).toBe(NOON + 91 * SECOND_MS);
    expect(paceAfter(refused, facts(), NOON).notBeforeAt).toBeNull();
  });
});

describe('a hot connection is polled', () => {
  test.each([
    [1, 1],
    [5, 1],
    [9, 1],
    [10, 2],
    [60, 12],
  ])('where policy says every %i minutes, every %i', (policy, hot) => {
    expect(hotIntervalMs(policy * MINUTE_MS)).toBe(hot * MINUTE_MS);
  });
});
