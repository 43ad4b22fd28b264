import { describe, expect, test } from 'vitest';
import { learnBaseline } from '../../../src/domain/baseline.ts';
import { UTC_CALENDAR } from '../../../src/domain/calendar.ts';
import { Curve, type Stretch } from '../../../src/domain/curve.ts';
import type { Finding, Severity } from '../../../src/domain/finding.ts';
import type { Case } from '../../../src/domain/judgement/case.ts';
import { judge } from '../../../src/domain/judgement/judge.ts';
import type { Environment } from '../../../src/domain/key.ts';
import type { Profile } from '../../../src/domain/profile.ts';
import { DAY_MS, floorTo, HOUR_MS } from '../../../src/domain/time.ts';
import { lineageOf, NOON, usageOf } from '../../support/records.ts';
import { inputOf } from '../detectors/fixture.ts';

const USD = 1_000_000;
const TODAY = floorTo(NOON, DAY_MS);

interface Situation {
  readonly kind?: string;
  readonly severity?: Severity;
  /** Dollars of the dearest hour, ten days ago. */
  readonly dearest?: number;
  /** Dollars in each of the last hours, the newest last. */
  readonly hours: readonly number[];
  readonly costUsd?: number;
  readonly model?: string;
  readonly pastDays?: number;
  readonly profile?: Profile;
  readonly environment?: Environment;
}

/** What becomes of one finding. */
function verdict(situation: Situation): { severity: Severity; heldBack: unknown } {
  const [judged] = judge(situation.profile ?? 'balanced', caseOf(situation));
  return { severity: judged?.severity ?? 'info', heldBack: judged?.evidence['heldBack'] };
}

function caseOf({ kind = 'spend-acceleration', severity = 'high', hours, ...rest }: Situation): Case {
  const { dearest = 0, costUsd = 0, model = 'model-a', pastDays = 28, environment = 'production' } = rest;
  const from = TODAY - pastDays * DAY_MS;
  const stretch = (startAt: number, usd: number): Stretch => ({
    startAt,
    widthMs: HOUR_MS,
    costMicroUsd: usd * USD,
    requests: 1,
  });
  const past = [stretch(from, 0.01), stretch(TODAY - 5 * DAY_MS, dearest)];
  const now = hours.map((usd, index) => stretch(NOON - (hours.length - index) * HOUR_MS, usd));
  const curve = new Curve([...past, ...now], { from, until: NOON, stepMs: HOUR_MS });
  const known = { knownModels: ['model-a'], knownEndpoints: [], knownAddresses: [], knownUserAgents: [] };
  const baseline = learnBaseline({ now: NOON, until: TODAY, calendar: UTC_CALENDAR, curve, leftOut: [], known });
  const usage = now.map(({ startAt, costMicroUsd }) => usageOf({ startAt, widthMs: HOUR_MS, costMicroUsd, model }));
  const finding: Finding = {
    ...{ detectorId: kind, lineageId: 'lin_1', keyId: 'key_1', severity, headline: ['x'], reason: ['y'] },
    ...{ startedAt: NOON - hours.length * HOUR_MS, observedUntil: NOON, costMicroUsd: costUsd * USD },
    ...{ evidence: { figure: 1 }, dedupeKey: kind },
  };
  return {
    findings: [finding],
    input: { ...inputOf(usage, NOON), lineage: lineageOf({ environment }), curve },
    past: { curve, baseline },
    floorMicroUsd: 5 * USD,
  };
}

describe('an acceleration', () => {
  test('beyond twice the dearest hour of four weeks is told as it is', () => {
    expect(verdict({ dearest: 10, hours: [20.01], severity: 'critical' })).toEqual({
      severity: 'critical',
      heldBack: undefined,
    });
  });

  test('of no more than that goes to the digest, with the reason', () => {
    expect(verdict({ dearest: 10, hours: [20], severity: 'critical' })).toEqual({
      severity: 'info',
      heldBack: 'the last 28 days have had such hours: this is 2x the dearest',
    });
  });

  test('with an unknown model in it is told, however dear other hours were', () => {
    expect(verdict({ dearest: 100, hours: [8], model: 'model-new' }).severity).toBe('high');
    expect(verdict({ dearest: 100, hours: [8] }).severity).toBe('info');
  });

  test('of a lineage without a past is no matter of unknown models: all are', () => {
    const given = caseOf({ dearest: 100, hours: [8], model: 'model-new' });
    const baseline = { ...given.past.baseline, knownModels: [] };

    expect(judge('balanced', { ...given, past: { ...given.past, baseline } })[0]?.severity).toBe('info');
  });

  test.each([
    ['an hour', [63], 50, 51],
    ['two hours', [30, 30], 39, 41],
    ['six hours', [18, 18, 18, 18, 18, 18], 83, 84],
    ['a day', new Array<number>(24).fill(10.5), 209, 211],
  ])('is told when much is gone in %s', (_, hours, told, held) => {
    expect(verdict({ dearest: told, hours }).severity).toBe('high');
    expect(verdict({ dearest: held, hours }).severity).toBe('info');
  });

  test('of little money is held back by a past that had as much', () => {
    expect(verdict({ dearest: 4, hours: [6] }).severity).toBe('info');
    expect(verdict({ dearest: 2.9, hours: [6] }).severity).toBe('high');
  });

  test('after a week of past has to stand out more than after four', () => {
    const hours = [28, 28];

    expect(verdict({ dearest: 28, hours, pastDays: 28 }).severity).toBe('high');
    expect(verdict({ dearest: 28, hours, pastDays: 7 }).severity).toBe('info');
  });
});

describe('a dear day', () => {
  const day = (situation: Partial<Situation>) =>
    verdict({ kind: 'cost-spike', severity: 'critical', hours: [], ...situation });

  test('goes to the digest where the past had one as dear', () => {
    expect(day({ dearest: 30, hours: [15, 15] })).toEqual({
      severity: 'info',
      heldBack: 'the last 28 days have had a day as dear',
    });
  });

  test('goes to the channel where it is dearer, and calls people when it is twice that and much money', () => {
    expect(day({ dearest: 30, hours: [15, 16] }).severity).toBe('medium');
    expect(day({ dearest: 30, hours: [30, 35] }).severity).toBe('critical');
    expect(day({ dearest: 1, hours: [5, 6] }).severity).toBe('medium');
  });

  test('is never made louder than the detector says', () => {
    expect(day({ kind: 'billing-threshold', severity: 'info', dearest: 1, hours: [90] }).severity).toBe('info');
  });
});

describe('what is new', () => {
  test.each([
    ['production', 'medium'],
    ['unknown', 'medium'],
    ['staging', 'info'],
    ['development', 'info'],
  ] as const)('on %s is %s at the first request', (environment, severity) => {
    expect(verdict({ kind: 'unknown-model', hours: [0.001], costUsd: 0.001, model: 'model-new', environment })).toEqual(
      {
        severity,
        heldBack: 'it has hardly spent anything',
      },
    );
  });

  test('calls people when it spends, before that is an acceleration by itself', () => {
    expect(verdict({ kind: 'unknown-model', hours: [5.1], costUsd: 5.1 }).severity).toBe('high');
    expect(verdict({ kind: 'unknown-model', hours: [5], costUsd: 5 }).severity).toBe('medium');
    expect(verdict({ kind: 'unknown-model', hours: [5.1], costUsd: 5.1, dearest: 6 }).severity).toBe('medium');
  });

  test('leaves the word to the acceleration that spends it', () => {
    const given = caseOf({ kind: 'unknown-model', hours: [9], costUsd: 9, model: 'model-new' });
    const [news] = given.findings;
    const both = [...given.findings, ...caseOf({ hours: [9] }).findings];

    expect(judge('balanced', { ...given, findings: both }).map(({ severity }) => severity)).toEqual(['medium', 'high']);
    expect(news?.severity).toBe('high');
  });

  test('a sleeper that spends above the floor calls people, also after thirty days only', () => {
    expect(verdict({ kind: 'dormant-awake', severity: 'medium', hours: [5.1] }).severity).toBe('high');
    expect(verdict({ kind: 'dormant-awake', severity: 'high', hours: [5] }).severity).toBe('medium');
  });
});

test('unusual hours of a usual day go to the digest', () => {
  expect(verdict({ kind: 'off-hours', severity: 'medium', hours: [1], costUsd: 1, dearest: 5 }).severity).toBe('info');
  expect(verdict({ kind: 'off-hours', severity: 'medium', hours: [1], costUsd: 9, dearest: 5 }).severity).toBe(
    'medium',
  );
});

test.each(['dead-key-used', 'unknown-address', 'auth-failures', 'cap-threshold', 'retention-breach'])(
  '%s is told as it is: no past makes it innocent',
  (kind) => {
    expect(verdict({ kind, severity: 'critical', hours: [0.01], dearest: 100 })).toEqual({
      severity: 'critical',
      heldBack: undefined,
    });
  },
);

test('strict changes nothing', () => {
  const given = caseOf({ dearest: 100, hours: [6] });

  expect(judge('strict', given)).toBe(given.findings);
});

test('figures of the detector stay beside the reason', () => {
  const [judged] = judge('balanced', caseOf({ dearest: 100, hours: [6] }));

  expect(judged?.evidence).toMatchObject({ figure: 1, heldBack: expect.any(String) });
});
