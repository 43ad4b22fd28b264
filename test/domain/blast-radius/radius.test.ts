import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { companyRadius, type KeyAtRisk } from '../../../src/domain/blast-radius/company.ts';
import { type RadiusInput, radiusOf } from '../../../src/domain/blast-radius/radius.ts';
import { type RateInput, rateBound, readKind, sharedBound } from '../../../src/domain/blast-radius/rates.ts';
import type { RateLimit } from '../../../src/domain/limits.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';

const DOLLAR = 1_000_000;
const NOW = Date.UTC(2026, 7, 10, 12);
const ALL = { mode: 'all', models: [] } as const;

/** $1 a million tokens in, $4 out, 10 cents a picture. */
const priceOf: RateInput['priceOf'] = (model) =>
  model.startsWith('mystery')
    ? { inputMicroUsd: null, outputMicroUsd: null, imageMicroUsd: null }
    : { inputMicroUsd: DOLLAR, outputMicroUsd: 4 * DOLLAR, imageMicroUsd: DOLLAR / 10 };

function limit(model: string | null, kind: string, value: number | null): RateLimit {
  return { id: `${model}#${kind}`, model, kind, value };
}

function rates(rateLimits: readonly RateLimit[], models: RateInput['models'] = ALL) {
  return rateBound({ rateLimits, models, otherModels: [], priceOf });
}

function input(values: Partial<RadiusInput> = {}): RadiusInput {
  return {
    now: NOW,
    rates: { knownMicroUsd: 4_800 * DOLLAR, isComplete: true, assumptions: [] },
    highestHourMicroUsd: null,
    providerCap: null,
    ownCap: null,
    prepaidMicroUsd: null,
    autoContainMicroUsd: null,
    unseen: { lagMs: 5 * MINUTE_MS, pollMs: 5 * MINUTE_MS, enforceMs: 2 * MINUTE_MS },
    hasPeople: true,
    ...values,
  };
}

const UNKNOWN = { knownMicroUsd: 0, isComplete: false, assumptions: ['no rate limit of it can be read'] };

describe('rate limits', () => {
  test.each([
    ['max_requests_per_1_minute', { unit: 'requests', perWindow: 2_880 }],
    ['max_tokens_per_1_minute', { unit: 'tokens', perWindow: 2_880 }],
    ['batch_1_day_max_input_tokens', { unit: 'batch', perWindow: 3 }],
    ['input_tokens_per_minute', { unit: 'input', perWindow: 2_880 }],
    ['input_tokens_per_minute_cache_aware', { unit: 'input', perWindow: 2_880 }],
    ['output_tokens_per_minute', { unit: 'output', perWindow: 2_880 }],
    ['tokens_per_day', { unit: 'tokens', perWindow: 3 }],
    ['max_images_per_1_minute', { unit: 'images', perWindow: 2_880 }],
    ['tool_uses_per_second', null],
    ['fast_otpm', null],
  ])('%s is read', (kind, read) => {
    expect(readKind(kind)).toEqual(read);
  });

  test.each([
    // A million tokens a minute, all of them the dear ones.
    ['tokens alone', [limit('a', 'max_tokens_per_1_minute', 1_000_000)], 2_880 * 4],
    [
      'input and output',
      [limit('a', 'input_tokens_per_minute', 1_000_000), limit('a', 'output_tokens_per_minute', 100_000)],
      2_880 * 1.4,
    ],
    [
      'both and their sum',
      [limit('a', 'tokens_per_minute', 150_000), limit('a', 'output_tokens_per_minute', 100_000)],
      2_880 * 0.45,
    ],
    [
      'a day that is less than its minutes',
      [limit('a', 'tokens_per_minute', 1_000_000), limit('a', 'tokens_per_day', 1_000_000)],
      12,
    ],
    ['requests alone', [limit('a', 'requests_per_minute', 1)], 2_880 * (1 + 0.128 * 4)],
    [
      'two models at once',
      [limit('a', 'tokens_per_minute', 1_000_000), limit('b', 'tokens_per_minute', 1_000_000)],
      2_880 * 8,
    ],
    ['pictures', [limit('a', 'max_images_per_1_minute', 1), limit('a', 'max_tokens_per_1_minute', 0)], 288],
  ])('by %s', (_what, limits, usd) => {
    expect(rates(limits)).toMatchObject({ knownMicroUsd: Math.round(usd * DOLLAR), isComplete: true });
  });

  test('only of models that may be called', () => {
    const limits = [limit('a', 'tokens_per_minute', 1_000_000), limit('b', 'tokens_per_minute', 1_000_000)];

    expect(rates(limits, { mode: 'allow', models: ['a'] }).knownMicroUsd).toBe(2_880 * 4 * DOLLAR);
    expect(rates(limits, { mode: 'deny', models: ['a'] }).knownMicroUsd).toBe(2_880 * 4 * DOLLAR);
  });

  test('that are not there, or of a model without a price, bound nothing, and that is said', () => {
    const tokens = limit('a', 'tokens_per_minute', 1_000_000);

    expect(rates([])).toMatchObject({ isComplete: false, knownMicroUsd: 0 });
    expect(rates([tokens, limit('mystery-1', 'tokens_per_minute', 5)])).toMatchObject({ isComplete: false });
    const extra = rates([tokens], { mode: 'allow', models: ['a', 'new'] });
    expect(extra).toMatchObject({ isComplete: false, knownMicroUsd: 2_880 * 4 * DOLLAR });
    expect(extra.assumptions).toContain('of some models that it may call no rate limit is known');
  });
});

describe('limits of a group of models', () => {
  const group = (values: Partial<RateLimit>): RateLimit => ({
    ...limit('Family A', 'input_tokens_per_minute_cache_aware', 1_000_000),
    models: ['a', 'b'],
    ...values,
  });
  const out = group({ kind: 'output_tokens_per_minute', value: 100_000 });

  test('are priced and matched by the names of its models, whatever the group is called', () => {
    const models = { mode: 'allow', models: ['b'] } as const;

    expect(rates([group({}), out], models)).toMatchObject({ knownMicroUsd: 4_032 * DOLLAR, isComplete: true });
    expect(rates([group({}), out], { mode: 'allow', models: ['c'] }).isComplete).toBe(false);
    expect(rates([group({}), out]).assumptions).toContain(
      'what is read from caches is left out: no limit of it is told',
    );
  });

  test('that the organization has together are read from what each scope is told of them', () => {
    const own = [group({ value: 10, sharedValue: 1_000_000 }), { ...out, value: 10, sharedValue: 100_000 }];

    expect(sharedBound({ rateLimits: own, priceOf })).toBe(4_032 * DOLLAR);
    expect(sharedBound({ rateLimits: [own[0] ?? out, out], priceOf })).toBeNull();
    expect(sharedBound({ rateLimits: [], priceOf })).toBeNull();
  });
});

describe('the worst of 48 hours', () => {
  test.each([
    ['by rate', {}, 4_800, 'rate'],
    [
      'what is left of the provider’s cap, and 15 minutes more',
      { providerCap: { capMicroUsd: 500 * DOLLAR, spentMicroUsd: 200 * DOLLAR } },
      325,
      'provider_cap',
    ],
    [
      'a cap that is used up: what the 15 minutes let through',
      { providerCap: { capMicroUsd: 500 * DOLLAR, spentMicroUsd: 900 * DOLLAR } },
      25,
      'provider_cap',
    ],
    [
      'what is left of the own cap, and until the key is stopped',
      { ownCap: { capMicroUsd: 100 * DOLLAR, spentMicroUsd: 0 } },
      120,
      'own_cap',
    ],
    ['what is paid in advance', { prepaidMicroUsd: 50 * DOLLAR }, 50, 'prepaid'],
    ['the highest hour, 48 times', { rates: UNKNOWN, highestHourMicroUsd: 2 * DOLLAR }, 96, 'highest_hour'],
    [
      'the cap where no rate can be read',
      { rates: UNKNOWN, highestHourMicroUsd: 2 * DOLLAR, providerCap: { capMicroUsd: 500 * DOLLAR, spentMicroUsd: 0 } },
      500.5,
      'provider_cap',
    ],
  ] as const)('is %s', (_what, values, usd, boundedBy) => {
    expect(radiusOf(input(values))).toMatchObject({ worst48hMicroUsd: usd * DOLLAR, boundedBy });
  });

  test('is not known, and not zero, where there is no limit, no cap and no history', () => {
    const found = radiusOf(input({ rates: UNKNOWN }));

    expect(found).toMatchObject({ worst48hMicroUsd: null, boundedBy: 'not_known' });
    expect(found.assumptions.at(-1)).toContain('no figure can be given');
  });

  test('marks what is unbounded by rate', () => {
    const seen = radiusOf(input({ rates: UNKNOWN, highestHourMicroUsd: 1 }));

    expect(seen.assumptions.some((one) => one.startsWith('unbounded by rate'))).toBe(true);
  });

  test('counts a cap twice where the month ends within it', () => {
    const providerCap = { capMicroUsd: 100 * DOLLAR, spentMicroUsd: 90 * DOLLAR };
    const now = Date.UTC(2026, 7, 31, 12);

    const found = radiusOf(input({ now, providerCap }));

    expect(found.worst48hMicroUsd).toBe((10 + 25 + 100 + 25) * DOLLAR);
    expect(found.assumptions).toContain('the month ends within the 48 hours, and the cap begins anew');
  });

  test.each([
    ['the provider’s cap', { providerCap: { capMicroUsd: 100 * DOLLAR, spentMicroUsd: 0 } }, 'provider_cap', 75],
    ['the own cap', { ownCap: { capMicroUsd: 100 * DOLLAR, spentMicroUsd: 0 } }, 'own_cap', 72],
    ['auto-contain', { autoContainMicroUsd: 50 * DOLLAR }, 'auto_contain', 42],
    [
      'whichever comes first',
      { autoContainMicroUsd: 50 * DOLLAR, ownCap: { capMicroUsd: 10 * DOLLAR, spentMicroUsd: 0 } },
      'own_cap',
      18,
    ],
    ['people', {}, 'people', 10],
    ['nobody', { hasPeople: false }, 'nothing', null],
    [
      'people where the cap comes too late',
      { providerCap: { capMicroUsd: 9_000 * DOLLAR, spentMicroUsd: 0 } },
      'people',
      10,
    ],
  ] as const)('is stopped by %s', (_what, values, stoppedBy, withinMinutes) => {
    expect(radiusOf(input(values))).toMatchObject({ stoppedBy, withinMinutes });
  });
});

const money = fc.integer({ min: 0, max: 50_000 }).map((usd) => usd * DOLLAR);
const cap = fc.option(fc.record({ capMicroUsd: money, spentMicroUsd: money }), { nil: null });
const kinds = [
  'tokens_per_minute',
  'input_tokens_per_minute',
  'output_tokens_per_minute',
  'requests_per_minute',
  'tokens_per_day',
  'batch_1_day_max_input_tokens',
];
const limits = fc.array(
  fc.record({
    model: fc.constantFrom('a', 'b', 'c', null),
    kind: fc.constantFrom(...kinds),
    value: fc.integer({ min: 0, max: 5_000_000 }),
  }),
  { maxLength: 8 },
);
const situation = fc.record({
  limits,
  allowed: fc.option(fc.subarray(['a', 'b', 'c', 'd']), { nil: null }),
  hour: fc.option(money, { nil: null }),
  providerCap: cap,
  ownCap: cap,
  prepaid: fc.option(money, { nil: null }),
  now: fc.integer({ min: 0, max: 60 }).map((hours) => Date.UTC(2026, 7, 29) + hours * HOUR_MS),
});
type Situation = typeof situation extends fc.Arbitrary<infer One> ? One : never;

function inputOf(
  { limits: found, allowed, hour, providerCap, ownCap, prepaid, now }: Situation,
  scale = 1,
): RadiusInput {
  const rateLimits = found.map(({ model, kind, value }) => limit(model, kind, value));
  const models = allowed === null ? ALL : ({ mode: 'allow', models: allowed } as const);
  const scaled = (one: typeof providerCap) =>
    one && { capMicroUsd: one.capMicroUsd * scale, spentMicroUsd: one.spentMicroUsd * scale };
  const times = (value: number | null) => (value === null ? null : value * scale);
  const prices: RateInput['priceOf'] = (model) => {
    const { inputMicroUsd, outputMicroUsd, imageMicroUsd } = priceOf(model);
    return { inputMicroUsd: times(inputMicroUsd), outputMicroUsd: times(outputMicroUsd), imageMicroUsd };
  };
  return input({
    now,
    rates: rateBound({ rateLimits, models, otherModels: ['a'], priceOf: prices }),
    highestHourMicroUsd: times(hour),
    providerCap: scaled(providerCap),
    ownCap: scaled(ownCap),
    prepaidMicroUsd: times(prepaid),
  });
}

/** What is not known is above all figures. */
function worst(one: Situation): number {
  return radiusOf(inputOf(one)).worst48hMicroUsd ?? Number.POSITIVE_INFINITY;
}

describe('for all keys', () => {
  test('lowering a rate limit, a cap or what is paid in advance never raises the figure', () => {
    fc.assert(
      fc.property(situation, fc.nat(20), fc.double({ min: 0, max: 1, noNaN: true }), (one, index, share) => {
        const lower = (value: number) => Math.floor(value * share);
        const less = (given: Situation['ownCap']) => given && { ...given, capMicroUsd: lower(given.capMicroUsd) };
        const before = worst(one);
        const limitsBelow = one.limits.map((each, at) => (at === index ? { ...each, value: lower(each.value) } : each));
        for (const lowered of [
          { ...one, limits: limitsBelow },
          { ...one, providerCap: less(one.providerCap) },
          { ...one, ownCap: less(one.ownCap) },
          { ...one, prepaid: one.prepaid === null ? null : lower(one.prepaid) },
        ])
          expect(worst(lowered)).toBeLessThanOrEqual(before + 1);
      }),
      { numRuns: 500 },
    );
  });

  test('a model more never lowers it, and the figure is never below zero', () => {
    fc.assert(
      fc.property(situation, fc.constantFrom('a', 'b', 'c', 'd'), (one, model) => {
        const more = { ...one, allowed: one.allowed === null ? null : [...new Set([...one.allowed, model])] };
        const before = radiusOf(inputOf(one)).worst48hMicroUsd;
        const after = radiusOf(inputOf(more)).worst48hMicroUsd ?? Number.POSITIVE_INFINITY;
        if (before !== null) expect(after).toBeGreaterThanOrEqual(before - 1);
        expect(before ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  test('ten times the prices, caps and past are ten times the figure', () => {
    fc.assert(
      fc.property(situation, (one) => {
        const before = radiusOf(inputOf(one)).worst48hMicroUsd;
        const tenfold = radiusOf(inputOf(one, 10)).worst48hMicroUsd;
        if (before === null) expect(tenfold).toBeNull();
        else expect(Math.abs((tenfold ?? 0) - before * 10)).toBeLessThanOrEqual(50);
      }),
      { numRuns: 300 },
    );
  });
});

function at(keyId: string, values: Partial<KeyAtRisk> = {}): KeyAtRisk {
  return {
    keyId,
    slug: keyId,
    lineageId: `lin_${keyId}`,
    connectionId: 'fake',
    scope: null,
    input: input(),
    sharedMicroUsd: null,
    options: { scopeCapMicroUsd: null, isCapByHand: false, scopeSpentMicroUsd: 0, enforceable: null, isUnused: false },
    ...values,
  };
}

describe('the company', () => {
  test('does not count a limit twice that keys share', () => {
    const shared = companyRadius([at('a', { scope: 's' }), at('b', { scope: 's' }), at('c')]);

    expect(shared.atRiskMicroUsd).toBe(2 * 4_800 * DOLLAR);
  });

  test('counts own caps of keys in one scope each for itself', () => {
    const ownCap = { capMicroUsd: 80 * DOLLAR, spentMicroUsd: 0 };
    const keys = [at('a', { scope: 's', input: input({ ownCap }) }), at('b', { scope: 's', input: input({ ownCap }) })];

    expect(companyRadius(keys).atRiskMicroUsd).toBe(200 * DOLLAR);
  });

  test('cannot lose more than what is paid in advance', () => {
    const paid = input({ prepaidMicroUsd: 70 * DOLLAR });

    expect(companyRadius([at('a', { input: paid }), at('b', { input: paid })]).atRiskMicroUsd).toBe(70 * DOLLAR);
  });

  test('is not more than what its organization lets through, however many scopes inherit that', () => {
    const inherited = ['s', 't', 'u'].map((scope) => at(scope, { scope, sharedMicroUsd: 5_000 * DOLLAR }));

    expect(companyRadius(inherited).atRiskMicroUsd).toBe(5_000 * DOLLAR);
    expect(companyRadius([...inherited, at('v', { connectionId: 'other' })]).atRiskMicroUsd).toBe(9_800 * DOLLAR);
    expect(companyRadius([...inherited, at('w')]).atRiskMicroUsd).toBe(4 * 4_800 * DOLLAR);
  });

  test('tells what somebody decided on from what nobody did: no key without a cap is in the first', () => {
    const providerCap = { capMicroUsd: 300 * DOLLAR, spentMicroUsd: 0 };
    const found = companyRadius([
      at('capped', { input: input({ providerCap }) }),
      at('below', { input: input({ ownCap: { capMicroUsd: 90_000 * DOLLAR, spentMicroUsd: 0 } }) }),
      at('free'),
      at('past', { input: input({ rates: UNKNOWN, highestHourMicroUsd: DOLLAR }) }),
      at('unknown', { input: input({ rates: UNKNOWN }) }),
    ]);

    expect(found).toMatchObject({
      rated: 4,
      atRiskMicroUsd: (325 + 4_800 + 4_800 + 48) * DOLLAR,
      uncapped: { keys: 2, microUsd: (4_800 + 48) * DOLLAR },
      notKnown: 1,
    });
    const theoretical = found.keys.flatMap((one) => (one.radius.isTheoretical ? [one.at.slug] : []));
    expect(theoretical.toSorted()).toEqual(['free', 'past', 'unknown']);
  });

  test('lists the dearest first, and says how many are in no sum', () => {
    const found = companyRadius([
      at('z', { input: input({ rates: UNKNOWN }) }),
      at('b', { input: input({ prepaidMicroUsd: 5 }) }),
      at('a'),
    ]);

    expect(found.keys.map((one) => one.at.slug)).toEqual(['a', 'b', 'z']);
    expect(found).toMatchObject({ notKnown: 1 });
  });

  test('names the one change that takes most off', () => {
    const options = {
      scopeCapMicroUsd: null,
      isCapByHand: false,
      scopeSpentMicroUsd: 0,
      enforceable: null,
      isUnused: false,
    };
    const small = { ...input(), rates: { ...input().rates, knownMicroUsd: 100 * DOLLAR } };
    const keys = [
      at('unused', { input: small, options: { ...options, isUnused: true } }),
      at('capless', { scope: 's', options: { ...options, scopeCapMicroUsd: 500 * DOLLAR } }),
    ];

    expect(companyRadius(keys).change).toEqual({
      kind: 'cap_scope',
      slug: 'capless',
      keyId: 'capless',
      capMicroUsd: 500 * DOLLAR,
      savesMicroUsd: (4_800 - 525) * DOLLAR,
    });
    expect(companyRadius([at('a')]).change).toBeNull();
    const byHand = { ...options, scopeCapMicroUsd: 500 * DOLLAR, isCapByHand: true };
    expect(companyRadius([at('a', { scope: 's', options: byHand })]).change).toMatchObject({ kind: 'cap_by_hand' });
  });

  test('is never more than the sum of its keys, and stopping a key never raises it', () => {
    const keys = fc.array(fc.record({ one: situation, scope: fc.constantFrom('s', 't', null), lineage: fc.nat(2) }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(keys, fc.nat(5), (list, gone) => {
        const all = list.map(({ one, scope, lineage }, index) =>
          at(`k${index}`, { scope, lineageId: `lin_${lineage}`, input: { ...inputOf(one), prepaidMicroUsd: null } }),
        );
        const found = companyRadius(all);
        const sum = found.keys.reduce((total, { radius }) => total + (radius.worst48hMicroUsd ?? 0), 0);
        expect(found.atRiskMicroUsd).toBeLessThanOrEqual(sum + all.length);
        expect(found.uncapped.microUsd).toBeLessThanOrEqual(found.atRiskMicroUsd);
        if (found.uncapped.keys === 0) expect(found.uncapped.microUsd).toBeLessThanOrEqual(1);
        const without = all.filter((_, index) => index !== gone);
        expect(companyRadius(without).atRiskMicroUsd).toBeLessThanOrEqual(found.atRiskMicroUsd + 1);
      }),
      { numRuns: 200 },
    );
  });

  test('of ten thousand keys in one scope or in as many is worked out at once', () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      at(`k${index}`, {
        scope: index % 2 === 0 ? 'one' : `s${index}`,
        options: { scopeCapMicroUsd: 1, isCapByHand: false, scopeSpentMicroUsd: 0, enforceable: null, isUnused: true },
      }),
    );

    expect(companyRadius(many).keys).toHaveLength(10_000);
  });
});

test('a day has as many hours as the clock says: the window is 48 hours wherever people are', () => {
  expect(radiusOf(input({ now: NOW + DAY_MS })).worst48hMicroUsd).toBe(radiusOf(input()).worst48hMicroUsd);
});
