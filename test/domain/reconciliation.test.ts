import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CostLine,
  coveredDays,
  driftReasons,
  errorMicroUsd,
  errorShare,
  isWatchedKey,
  joinCosts,
  type OwnCost,
  reconcileDay,
  type StatedCost,
  settledUntil,
  shadowMicroUsd,
  sumLines,
  unknownKeyId,
  verdictOf,
} from '../../src/domain/reconciliation.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { noKeyId } from '../../src/domain/usage.ts';

const DAY = Date.UTC(2026, 10, 20);
const USD = 1_000_000;
const NO_KEY = noKeyId('fake', 'ws_1');

function stated(keyId: string, usd: number, fields: Partial<StatedCost> = {}): StatedCost {
  return { dayAt: DAY, scopeId: 'ws_1', keyId, microUsd: usd * USD, ...fields };
}

function own(keyId: string, usd: number, fields: Partial<OwnCost> = {}): OwnCost {
  return { ...stated(keyId, usd), estimatedMicroUsd: 0, hasUnpriced: false, ...fields };
}

function join(theirs: readonly StatedCost[], ours: readonly OwnCost[], perKey = true): CostLine[] {
  return joinCosts({ stated: theirs, own: ours, perKey, isCovered: () => true });
}

describe('what both sides say is one line per day, scope and key', () => {
  test('and several rows of either side are one sum', () => {
    const lines = join([stated('key_1', 2), stated('key_1', 3)], [own('key_1', 4), own('key_1', 0.5)]);

    expect(lines).toMatchObject([{ keyId: 'key_1', providerMicroUsd: 5 * USD, ownMicroUsd: 4.5 * USD }]);
  });

  test('a key that only one side knows costs nothing at the other', () => {
    const lines = join([stated('key_1', 2)], [own('key_2', 3)]);

    expect(lines).toMatchObject([
      { keyId: 'key_1', providerMicroUsd: 2 * USD, ownMicroUsd: 0 },
      { keyId: 'key_2', providerMicroUsd: 0, ownMicroUsd: 3 * USD },
    ]);
  });

  test('of a key in a report by scope the provider says nothing, which is not the same as nothing spent', () => {
    const lines = join([stated('', 5)], [own('key_1', 3)], false);

    expect(lines).toMatchObject([
      { keyId: '', providerMicroUsd: 5 * USD, ownMicroUsd: 0 },
      { keyId: 'key_1', providerMicroUsd: null, ownMicroUsd: 3 * USD },
    ]);
  });

  test('a day that our usage does not cover has only their side', () => {
    const lines = joinCosts({
      stated: [stated('key_1', 2)],
      own: [own('key_1', 1), own('key_2', 1)],
      perKey: true,
      isCovered: () => false,
    });

    expect(lines).toMatchObject([{ keyId: 'key_1', providerMicroUsd: 2 * USD, ownMicroUsd: null }]);
  });

  test('keys without usage and without cost are no lines; unpriced usage is one', () => {
    expect(join([stated('key_1', 0)], [own('key_2', 0)])).toEqual([]);
    expect(join([], [own('key_2', 0, { hasUnpriced: true })])).toHaveLength(1);
  });
});

const KEY_IDS = ['key_1', 'key_2', 'key_3', NO_KEY, unknownKeyId('k9'), ''];
const anyLine = fc.record({
  dayAt: fc.constant(DAY),
  scopeId: fc.constantFrom('ws_1', 'ws_2', ''),
  keyId: fc.constantFrom(...KEY_IDS),
  providerMicroUsd: fc.option(fc.integer({ min: -1_000, max: 1e12 })),
  ownMicroUsd: fc.integer({ min: 0, max: 1e12 }),
  estimatedMicroUsd: fc.constant(0),
  hasUnpriced: fc.boolean(),
});

describe('whatever the rows', () => {
  test('what the keys account for plus the shadow is what the provider charges', () => {
    fc.assert(
      fc.property(fc.array(anyLine), (lines) => {
        const { providerMicroUsd, keyedMicroUsd } = sumLines(lines);
        const keys = lines.filter(({ keyId }) => isWatchedKey(keyId));
        const byKey = keys.reduce((sum, line) => sum + (line.providerMicroUsd ?? line.ownMicroUsd), 0);

        expect(byKey).toBe(keyedMicroUsd);
        expect(byKey + (shadowMicroUsd(lines) ?? Number.NaN)).toBe(providerMicroUsd);
      }),
    );
  });

  test('joining loses no money of either side, and the scopes add up to the whole', () => {
    const cost = fc.record({
      dayAt: fc.constant(DAY),
      scopeId: fc.constantFrom('ws_1', 'ws_2', ''),
      keyId: fc.constantFrom(...KEY_IDS),
      microUsd: fc.integer({ min: 0, max: 1e12 }),
    });
    fc.assert(
      fc.property(fc.array(cost), fc.array(cost), fc.boolean(), (theirs, ours, perKey) => {
        const lines = join(
          theirs,
          ours.map((one) => ({ ...one, estimatedMicroUsd: 0, hasUnpriced: false })),
          perKey,
        );
        const { total, scopes } = reconcileDay(DAY, lines);
        const sum = (costs: readonly StatedCost[]) => costs.reduce((all, { microUsd }) => all + microUsd, 0);

        expect([total.providerMicroUsd, total.ownMicroUsd]).toEqual([sum(theirs), sum(ours)]);
        expect(scopes.reduce((all, part) => all + errorMicroUsd(part), 0)).toBe(errorMicroUsd(total));
        expect(new Set(lines.map(({ scopeId, keyId }) => `${scopeId}|${keyId}`)).size).toBe(lines.length);
      }),
    );
  });
});

describe('the shadow', () => {
  test('is usage without a key and on keys that nobody listed', () => {
    const lines = join([stated('key_1', 10), stated(NO_KEY, 2), stated(unknownKeyId('k9'), 3)], [own('key_1', 9)]);

    expect(shadowMicroUsd(lines)).toBe(5 * USD);
  });

  test('of a report by scope is what our own keys do not explain', () => {
    expect(shadowMicroUsd(join([stated('', 10)], [own('key_1', 7), own(NO_KEY, 1)], false))).toBe(3 * USD);
  });

  test('is not known where neither side says which key it was', () => {
    const lines = joinCosts({ stated: [stated('', 10)], own: [], perKey: false, isCovered: () => false });

    expect(shadowMicroUsd(lines)).toBeNull();
  });
});

describe('drift', () => {
  test.each([
    [100, 95, 'agrees'],
    [100, 105, 'agrees'],
    [100, 94.99, 'drifts'],
    [100, 105.01, 'drifts'],
    [0.99, 0.5, 'too_little'],
    [1, 0.5, 'drifts'],
    [0, 1, 'drifts'],
    [0.5, 1.2, 'drifts'],
    [-3, 2, 'drifts'],
    [0, 0, 'too_little'],
  ] as const)('theirs $%d, ours $%d: %s', (theirs, ours, verdict) => {
    expect(verdictOf({ providerMicroUsd: theirs * USD, ownMicroUsd: ours * USD })).toBe(verdict);
  });

  test('an error has a sign and a share; of nothing there is no share', () => {
    const less = { providerMicroUsd: 443 * USD, ownMicroUsd: 412 * USD };

    expect([errorMicroUsd(less), errorShare(less)]).toEqual([-31 * USD, -31 / 443]);
    expect(errorShare({ providerMicroUsd: 0, ownMicroUsd: 5 })).toBeNull();
  });

  test('of two keys that make up for each other is drift, though the whole agrees', () => {
    const day = reconcileDay(
      DAY,
      join([stated('key_1', 10), stated('key_2', 10)], [own('key_1', 13), own('key_2', 7)]),
    );

    expect(verdictOf(day.total)).toBe('agrees');
    expect(day.verdict).toBe('drifts');
    expect(day.culprits.map(({ keyId }) => keyId)).toEqual(['key_1', 'key_2']);
  });

  test('names keys, largest error first, and a scope only where no key of it can be named', () => {
    const ws2 = { scopeId: 'ws_2' };
    const day = reconcileDay(DAY, [
      ...join([stated('key_1', 10), stated('key_2', 50)], [own('key_1', 8), own('key_2', 40)]),
      ...join([stated('', 30, ws2)], [own('key_3', 25, ws2)], false),
    ]);

    expect(day.culprits.map(({ scopeId, keyId }) => [scopeId, keyId])).toEqual([
      ['ws_1', 'key_2'],
      ['ws_2', null],
      ['ws_1', 'key_1'],
    ]);
  });

  test('is never told of a day that is not compared', () => {
    const lines = joinCosts({ stated: [stated('key_1', 10)], own: [], perKey: true, isCovered: () => false });

    const day = reconcileDay(DAY, lines);

    expect([day.verdict, day.culprits, day.keys[0]?.verdict]).toEqual(['not_compared', [], 'not_compared']);
  });
});

describe('why figures differ', () => {
  test('what is not from a listed price is told of the keys that drift, not of others', () => {
    const estimated = { estimatedMicroUsd: 4 * USD };
    const day = reconcileDay(
      DAY,
      join(
        [stated('key_1', 10), stated('key_2', 50)],
        [own('key_1', 5, { hasUnpriced: true }), own('key_2', 50, estimated)],
      ),
    );

    expect(driftReasons(day)).toEqual({
      estimatedMicroUsd: 0,
      hasUnpriced: true,
      unseenMicroUsd: 0,
      isEven: false,
    });
  });

  test('a discount takes the same share off every key; one key alone proves nothing', () => {
    const even = (theirs: readonly number[]) => {
      const keys = theirs.map((_, index) => `key_${index}`);
      const lines = join(
        theirs.map((usd, index) => stated(keys[index] ?? '', usd)),
        theirs.map((usd, index) => own(keys[index] ?? '', usd * (index === 2 ? 1 : 1.25))),
      );
      return driftReasons(reconcileDay(DAY, lines)).isEven;
    };

    expect([even([80, 40]), even([80, 0.5]), even([80]), even([80, 40, 4])]).toEqual([true, false, false, false]);
  });

  test('usage outside of our keys is a reason where it is most of the difference', () => {
    const unseen = (usd: number) =>
      reconcileDay(DAY, join([stated('key_1', 20), stated(NO_KEY, usd)], [own('key_1', 17)]));

    expect(driftReasons(unseen(4)).unseenMicroUsd).toBe(4 * USD);
    expect(driftReasons(unseen(2)).unseenMicroUsd).toBe(0);
  });
});

describe('a day is settled', () => {
  test('an hour after its end by the provider’s own word', () => {
    expect(settledUntil({ refreshedAt: DAY + 5 * HOUR_MS, readAt: DAY + 9 * HOUR_MS })).toBe(DAY + 4 * HOUR_MS);
  });

  test('a day after its end where it gives no word, and never in our future', () => {
    expect(settledUntil({ refreshedAt: null, readAt: DAY + HOUR_MS })).toBe(DAY - DAY_MS + HOUR_MS);
    expect(settledUntil({ refreshedAt: DAY + 90 * DAY_MS, readAt: DAY })).toBe(DAY - HOUR_MS);
  });
});

describe('our usage covers a day', () => {
  const settleMs = 15 * MINUTE_MS;
  const polledAt = DAY + 10 * HOUR_MS;

  test('from the first whole day of the first poll’s history on, to the last that a poll has seen to its end', () => {
    const isCovered = coveredDays({ firstUsageAt: null, polledAt, settleMs });

    expect([-31, -30, -1, 0].map((days) => isCovered(DAY + days * DAY_MS))).toEqual([false, true, true, false]);
  });

  test('usage that is older says that more was read; its first day may be half of one', () => {
    const isCovered = coveredDays({ firstUsageAt: DAY - 100 * DAY_MS + HOUR_MS, polledAt, settleMs });

    expect([-100, -99, -1].map((days) => isCovered(DAY + days * DAY_MS))).toEqual([false, true, true]);
  });

  test('not before the provider’s delay is over, and not without any poll', () => {
    const ended = DAY + DAY_MS + settleMs;

    expect(coveredDays({ firstUsageAt: null, polledAt: ended - 1, settleMs })(DAY)).toBe(false);
    expect(coveredDays({ firstUsageAt: null, polledAt: ended, settleMs })(DAY)).toBe(true);
    expect(coveredDays({ firstUsageAt: DAY - DAY_MS, polledAt: null, settleMs })(DAY)).toBe(false);
  });
});
