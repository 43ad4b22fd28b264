import { describe, expect, test } from 'vitest';
import { US_DOLLAR } from '../../../src/domain/money.ts';
import { replay } from '../../../src/domain/replay/replay.ts';
import { renderSentence } from '../../../src/domain/sentence.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { brief, day, hourly, POLLS, START, seriesOf, told } from './series-support.ts';

const QUARTER_MS = 15 * MINUTE_MS;
const quiet = hourly(START, day(30), 0.1);
const pagesOf = (all: ReturnType<typeof told>) =>
  all.filter(({ severity }) => severity === 'high' || severity === 'critical');

describe('what a poller knows', () => {
  test('a bucket is known at the first poll after its end and the lag', () => {
    const burst = [{ at: day(30) + 10 * HOUR_MS, usd: 40 }];

    const [first] = told([...quiet, ...burst], 'strict').filter(({ kind }) => kind === 'spend-acceleration');

    expect(first?.at).toBe(day(30) + 11 * HOUR_MS + POLLS.lagMs);
    expect(first?.costAtAlertMicroUsd).toBe(40e6);
  });

  test('narrow buckets are known sooner, and less is gone', () => {
    const points = Array.from({ length: 4 }, (_, index) => ({ at: day(30) + index * QUARTER_MS, usd: 10 }));
    const calm = Array.from({ length: 30 * 96 }, (_, index) => ({ at: START + index * QUARTER_MS, usd: 0.01 }));

    const [first] = pagesOf(told([...calm, ...points], 'balanced', QUARTER_MS));

    expect(first?.at).toBe(day(30) + QUARTER_MS + POLLS.lagMs);
    expect(first?.costAtAlertMicroUsd).toBe(10e6);
  });

  test('what comes later changes nothing of what was told before', () => {
    const burst = [{ at: day(30), usd: 30 }];
    const before = brief(told([...quiet, ...burst], 'balanced'));
    const after = brief(told([...quiet, ...burst, ...hourly(day(31), day(33), 200)], 'balanced'));

    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.length).toBeGreaterThan(before.length);
  });

  test('what is found before `tellFrom` teaches and is not told', () => {
    const series = seriesOf([...quiet, { at: day(20), usd: 30 }], HOUR_MS);

    expect(replay(series, { profile: 'strict', ...POLLS, tellFrom: day(22) })).toEqual([]);
    expect(replay(series, { profile: 'strict', ...POLLS }).length).toBeGreaterThan(0);
  });
});

describe('strict tells each kind as it is defined', () => {
  test('a day above five averages and $10 is a cost spike, once', () => {
    const spike = hourly(day(30), day(30) + 3 * HOUR_MS, 6);

    const kinds = told([...quiet, ...spike], 'strict').filter(({ kind }) => kind === 'cost-spike');

    expect(brief(kinds)).toEqual(['cost-spike critical 723.08']);
  });

  test('without a day before it there is nothing that a day could be held against', () => {
    const kinds = new Set(told(hourly(START, START + 5 * HOUR_MS, 8), 'strict').map(({ kind }) => kind));

    expect([...kinds]).toEqual(['spend-acceleration']);
  });

  test('the first request with a new model is told', () => {
    const first = { at: day(30) + 3 * HOUR_MS, usd: 0.001, model: 'model-b' };

    expect(brief(told([...quiet, first], 'strict'))).toEqual(['unknown-model high 724.08']);
  });

  test('a key that slept for a month and more is told when it wakes', () => {
    const old = hourly(START, day(2), 0.01);

    expect(brief(told([...old, { at: day(40), usd: 0.01 }], 'strict'))).toEqual(['dormant-awake medium 961.08']);
    expect(brief(told([...old, { at: day(70), usd: 0.01 }], 'strict'))).toEqual(['dormant-awake high 1681.08']);
  });
});

describe('balanced weighs it against the past', () => {
  const batch = Array.from({ length: 30 }, (_, night) => ({ at: day(night) + 2 * HOUR_MS, usd: 12 }));

  test('the batch of every night calls nobody, and each night is a line in the digest that says why', () => {
    const all = told([...quiet, ...batch, { at: day(30) + 2 * HOUR_MS, usd: 13 }], 'balanced');
    const later = all.filter(({ at }) => at > day(2));

    expect(pagesOf(later)).toEqual([]);
    expect(
      later.some(({ kind, severity, at }) => kind === 'spend-acceleration' && severity === 'info' && at > day(30)),
    ).toBe(true);
  });

  test('an hour beyond twice the dearest is never held back, also in the hour of the batch', () => {
    const last = { at: day(30) + 2 * HOUR_MS, usd: 25 };

    const [page] = pagesOf(told([...quiet, ...batch, last], 'balanced')).filter(({ at }) => at > day(30));

    expect(page?.kind).toBe('spend-acceleration');
  });

  test('an unknown model that accelerates is never held back, however dear other hours were', () => {
    const last = { at: day(30) + 9 * HOUR_MS, usd: 8, model: 'model-b' };

    const [page] = pagesOf(told([...quiet, ...batch, last], 'balanced')).filter(({ at }) => at > day(30));

    expect(page?.kind).toBe('spend-acceleration');
  });

  test('a sleeper that spends above the floor is never held back; one that stirs is a notice', () => {
    const old = hourly(START, day(2), 0.5);
    const woken = (usd: number) => told([...old, { at: day(40), usd }], 'balanced').filter(({ at }) => at > day(39));

    expect(pagesOf(woken(6)).map(({ at }) => at)).toEqual([day(40) + HOUR_MS + POLLS.lagMs]);
    expect(pagesOf(woken(1))).toEqual([]);
    expect(woken(1).map(({ kind, severity }) => `${kind} ${severity}`)).toContain('dormant-awake medium');
  });

  test('one episode is one page, and another once far more is gone', () => {
    const leak = hourly(day(30), day(30) + 8 * HOUR_MS, 60);

    const pages = pagesOf(told([...quiet, ...leak], 'balanced'));

    expect(pages.map(({ at }) => (at - day(30) - POLLS.lagMs) / HOUR_MS)).toEqual([1, 5]);
    expect(pages[0]?.until).toBeLessThanOrEqual(pages[1]?.at ?? 0);
  });

  test('three times the usual for days is told within two days, without a page', () => {
    const tripled = hourly(day(30), day(34), 0.6);
    const usual = hourly(START, day(30), 0.2);

    const drift = told([...usual, ...tripled], 'balanced').find(({ kind }) => kind === 'slow-drift');

    expect(drift?.severity).toBe('medium');
    expect((drift?.at ?? 0) - day(30)).toBeLessThanOrEqual(2 * DAY_MS);
  });
});

test('what is told reads as a sentence with the figures', () => {
  const [page] = pagesOf(told([...quiet, { at: day(30), usd: 40 }], 'balanced'));
  const style = {
    currency: US_DOLLAR,
    instant: (at: number) => new Date(at).toISOString(),
    foreign: String,
    own: String,
  };

  expect(renderSentence(page?.headline ?? [], style)).toBe('spending 400x its usual hour');
  expect(renderSentence(page?.reason ?? [], style)).toMatch(/^\$40 in 60 minutes; a usual hour is \$0\.10\. Began /);
});
