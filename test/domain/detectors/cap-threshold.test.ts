import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CapStanding, type ToldStep, toldStep } from '../../../src/domain/cap.ts';
import { bindDetector } from '../../../src/domain/detector.ts';
import { capThreshold } from '../../../src/domain/detectors/cap-threshold.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import { US_DOLLAR } from '../../../src/domain/money.ts';
import { renderSentence } from '../../../src/domain/sentence.ts';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import { NOON, usageOf } from '../../support/records.ts';
import { BLANK_GLANCE, inputOf } from './fixture.ts';

const bound = bindDetector(capThreshold, {});
const DOLLAR = 1_000_000;

function standing(fields: Partial<CapStanding> = {}): CapStanding {
  return {
    origin: 'own',
    capMicroUsd: 100 * DOLLAR,
    enforced: false,
    sharedWith: 0,
    monthMicroUsd: 0,
    ownMonthMicroUsd: 0,
    unwatchedMicroUsd: 0,
    othersRecentMicroUsd: 0,
    keyId: 'key_1',
    lookMs: 5 * MINUTE_MS,
    told: [],
    usualDayMicroUsd: { own: 0, others: 0 },
    forecastsTold: [],
    ...fields,
  };
}

function look(cap: CapStanding, rateUsd = 0): readonly Finding[] {
  const usage = rateUsd === 0 ? [] : [usageOf({ startAt: NOON - MINUTE_MS, costMicroUsd: rateUsd * DOLLAR })];
  return bound.detect({ ...inputOf(usage, NOON), caps: [cap] });
}

describe('over a month', () => {
  const month = fc.array(fc.record({ spentUsd: fc.nat(60), rateUsd: fc.nat(20) }), { minLength: 1, maxLength: 30 });

  test('a step is told once, or twice where the second time calls people, and the worst is never left out', () => {
    fc.assert(
      fc.property(month, (looks) => {
        const told: ToldStep[] = [];
        let monthMicroUsd = 0;
        for (const { spentUsd, rateUsd } of looks) {
          monthMicroUsd += spentUsd * DOLLAR;
          const findings = look(standing({ monthMicroUsd, told }), rateUsd);
          expect(findings.length).toBeLessThanOrEqual(1);
          for (const { evidence, severity } of findings) {
            const step = toldStep(evidence);
            if (step === null) throw new Error('the evidence does not say what was told');
            expect(step.paged).toBe(severity === 'high' || severity === 'critical');
            told.push(step);
          }
        }
        const steps = told.map(({ percent, paged }) => `${percent} ${paged}`);
        expect(new Set(steps).size).toBe(steps.length);
        expect(told.map(({ percent }) => percent)).toEqual(
          told.map(({ percent }) => percent).toSorted((a, b) => a - b),
        );
        const share = monthMicroUsd / (100 * DOLLAR);
        const highest = share >= 1 ? 100 : share >= 0.8 ? 80 : share >= 0.5 ? 50 : undefined;
        expect(told.at(-1)?.percent).toBe(highest);
      }),
    );
  });

  test('whatever was told, the same look is not told twice', () => {
    const any = fc.record({ monthUsd: fc.nat(300), capUsd: fc.integer({ min: 1, max: 200 }), rateUsd: fc.nat(20) });
    fc.assert(
      fc.property(any, fc.array(any, { maxLength: 5 }), (last, before) => {
        const told: ToldStep[] = [];
        const tell = ({ monthUsd, capUsd, rateUsd }: typeof last) => {
          const cap = standing({ monthMicroUsd: monthUsd * DOLLAR, capMicroUsd: capUsd * DOLLAR, told });
          const found = look(cap, rateUsd);
          for (const { evidence } of found) told.push(toldStep(evidence) ?? expect.fail('no step'));
          return found;
        };
        for (const one of before) tell(one);
        tell(last);

        expect(tell(last)).toEqual([]);
      }),
    );
  });
});

describe('the glance before the history is read', () => {
  const glance = (cap: CapStanding | null, recentUsd = 0) =>
    bound.worthwhile({ ...BLANK_GLANCE, caps: cap === null ? [] : [cap], recentMicroUsd: recentUsd * DOLLAR });

  test('is enough where there is no cap, or nothing new to tell', () => {
    expect(glance(null, 1_000)).toBe(false);
    expect(glance(standing({ monthMicroUsd: 49 * DOLLAR }))).toBe(false);
    const told = [{ origin: 'own', capMicroUsd: 100 * DOLLAR, percent: 50, paged: false }] as const;
    expect(glance(standing({ monthMicroUsd: 60 * DOLLAR, told }))).toBe(false);
  });

  test('sees a step that was crossed, also by a key that spends nothing now', () => {
    expect(glance(standing({ monthMicroUsd: 50 * DOLLAR }))).toBe(true);
  });

  test('sees a cap that can be reached within the hour, by others as well', () => {
    const told = [{ origin: 'own', capMicroUsd: 100 * DOLLAR, percent: 80, paged: true }] as const;
    const near = standing({ monthMicroUsd: 90 * DOLLAR, told });
    expect(glance(near, 10)).toBe(true);
    expect(glance(near, 4)).toBe(false);
  });

  test('never says no to what the detector would tell', () => {
    const any = fc.record({ monthUsd: fc.nat(150), rateUsd: fc.nat(20), others: fc.nat(20), told: fc.boolean() });
    fc.assert(
      fc.property(any, ({ monthUsd, rateUsd, others, told }) => {
        const cap = standing({
          monthMicroUsd: monthUsd * DOLLAR,
          othersRecentMicroUsd: others * DOLLAR,
          told: told ? [{ origin: 'own', capMicroUsd: 100 * DOLLAR, percent: 80, paged: false }] : [],
        });

        expect(look(cap, rateUsd).length > 0 && !glance(cap, rateUsd)).toBe(false);
      }),
    );
  });
});

test('a cap that is an hour away heats its connection, one that was told of does not', () => {
  const told = [{ origin: 'own', capMicroUsd: 100 * DOLLAR, percent: 80, paged: true }] as const;
  const nearness = (monthUsd: number, more: readonly ToldStep[] = told) =>
    bound.nearness({
      ...inputOf([usageOf({ startAt: NOON - MINUTE_MS, costMicroUsd: 5 * DOLLAR })], NOON),
      caps: [standing({ monthMicroUsd: monthUsd * DOLLAR, told: more })],
    });

  expect(nearness(95)).toBe(0.75);
  expect(nearness(94)).toBe(0);
  expect(nearness(130, [{ ...told[0], percent: 100 }])).toBe(0);
});

describe('two caps of one key', () => {
  const own = (monthUsd: number, told: readonly ToldStep[] = []) =>
    standing({ monthMicroUsd: monthUsd * DOLLAR, told });
  const scope = (monthUsd: number) =>
    standing({ origin: 'workspace', capMicroUsd: 1_000 * DOLLAR, monthMicroUsd: monthUsd * DOLLAR });
  const OVER = [{ origin: 'own', capMicroUsd: 100 * DOLLAR, percent: 100, paged: true }] as const;
  const detect = (...caps: readonly CapStanding[]) => bound.detect({ ...inputOf([], NOON), caps });
  const same = (text: string) => text;
  const STYLE = { currency: US_DOLLAR, instant: String, foreign: same, own: same };
  const said = ({ headline, reason }: Finding) => renderSentence([...headline, ': ', ...reason], STYLE);

  test('the provider’s is told though the own one was overrun and told of long ago, and both are said', () => {
    const findings = detect(own(850, OVER), scope(850));

    expect(findings.map(({ evidence }) => [evidence['origin'], evidence['percent']])).toEqual([['workspace', 80]]);
    expect(findings.map(said)).toEqual([
      expect.stringMatching(/^at 85% of the cap of its workspace .* Also at 850% of its own cap: \$850 of \$100\.$/),
    ]);
  });

  test('that are crossed at once are told each, the fullest last, and each says the other', () => {
    const findings = detect(own(900), scope(900));

    expect(findings.map(({ evidence }) => evidence['origin'])).toEqual(['workspace', 'own']);
    expect(findings.map(said)).toEqual([
      expect.stringContaining('Also at 900% of its own cap'),
      expect.stringContaining('Also at 90% of the cap of its workspace: $900 of $1,000.'),
    ]);
  });

  test('of which one is far away are told as one', () => {
    expect(detect(own(100), scope(100)).map(said)).toEqual([expect.not.stringContaining('Also')]);
  });

  test('heat the connection when either is an hour away', () => {
    const input = { ...inputOf([usageOf({ startAt: NOON - MINUTE_MS, costMicroUsd: 60 * DOLLAR })], NOON) };
    const quiet = [{ origin: 'workspace', capMicroUsd: 1_000 * DOLLAR, percent: 80, paged: true }] as const;
    const caps = [own(950, OVER), { ...scope(950), told: quiet }];

    expect(bound.nearness({ ...input, caps })).toBe(0.75);
    expect(bound.worthwhile({ ...BLANK_GLANCE, caps, recentMicroUsd: 60 * DOLLAR })).toBe(true);
  });
});
