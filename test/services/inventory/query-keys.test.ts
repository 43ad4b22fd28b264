import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Key, type Lineage, REGISTERED } from '../../../src/domain/key.ts';
import { parseKeyQuery } from '../../../src/domain/key-query.ts';
import { US_DOLLAR } from '../../../src/domain/money.ts';
import { DAY_MS, HOUR_MS } from '../../../src/domain/time.ts';
import type { KeySummary } from '../../../src/services/inventory/list-keys.ts';
import { queryKeys } from '../../../src/services/inventory/query-keys.ts';
import { keyOf, lineageOf, NOON } from '../../support/records.ts';

const USD = 1_000_000;
const NAMES = new Map([['U0BEN', ['Ben Okafor', 'ben']]]);

interface Given {
  readonly key?: Partial<Key>;
  readonly lineage?: Partial<Lineage>;
  readonly summary?: Partial<KeySummary>;
}

/** Made 100 days ago, used last a day ago, of a provider and a project; everything that is given replaces that. */
function summaryOf(slug: string, { key = {}, lineage = {}, summary = {} }: Given = {}): KeySummary {
  const lastUsedAt = key.lastUsedAt === undefined ? NOON - DAY_MS : key.lastUsedAt;
  const whole = keyOf({
    id: `key_${slug}`,
    lineageId: slug,
    label: slug,
    hint: null,
    createdAt: NOON - 100 * DAY_MS,
    ...key,
    lastUsedAt,
  });
  return {
    key: whole,
    lineage: lineageOf({ id: slug, slug, environment: 'development', ...lineage }),
    providerTitle: 'OpenAI',
    scopeName: 'Shop',
    last30dMicroUsd: 0,
    quietSince: lastUsedAt ?? whole.createdAt ?? whole.firstSeenAt,
    called: [],
    ...summary,
  };
}

const called = (model: string) => ({ model, endpoint: 'responses' });
const capOf = (usd: number): Partial<Lineage> => ({ capMicroUsd: usd * USD, capSource: 'slack' });
const REVIVED = 20 * DAY_MS;

/** By slug, as the inventory is listed. */
const ALL: readonly KeySummary[] = [
  summaryOf('admin', { key: { kind: 'admin', lastUsedAt: null } }),
  summaryOf('batch', {
    key: { lastUsedAt: NOON - 30 * DAY_MS, providerId: 'anthropic', connectionId: 'claude', scopeId: 'wrkspc_9' },
    lineage: { environment: 'production', workload: 'Nightly Batch', ...capOf(100) },
    summary: { last30dMicroUsd: 100 * USD, providerTitle: 'Anthropic', scopeName: 'Data' },
  }),
  summaryOf('chat', {
    key: { createdAt: NOON - 10 * DAY_MS },
    lineage: { environment: 'staging', ownerSlackId: 'U0BEN', ownerStanding: 'claimed', ...capOf(500) },
    summary: { last30dMicroUsd: 250 * USD, called: [called('gpt-5-mini'), called('o4')] },
  }),
  summaryOf('dusty', { key: { lastUsedAt: NOON - 30 * DAY_MS - 1, status: 'inactive' } }),
  summaryOf('fresh', {
    key: { lastUsedAt: null, owner: { kind: 'user', id: 'u1', name: 'Zoë', email: 'zoe@acme.test', hasAccess: true } },
    lineage: { ownerSlackId: 'U0ANA', ownerStanding: 'confirmed', workload: 'search' },
    summary: { last30dMicroUsd: 1 },
  }),
  summaryOf('gone', { key: { status: 'gone' }, summary: { last30dMicroUsd: 999 * USD } }),
  summaryOf('paper', { key: { connectionId: REGISTERED, lastUsedAt: null }, summary: { scopeName: null } }),
  // It is older than what was read: nobody can say that it was never used.
  summaryOf('unseen', { key: { lastUsedAt: null }, summary: { quietSince: NOON - REVIVED, called: [called('o4')] } }),
];

function found(text: string, all: readonly KeySummary[] = ALL, now = NOON): string[] {
  const query = parseKeyQuery(text, { currency: US_DOLLAR, askerId: 'U0ANA' });
  return queryKeys(all, query, { now, policy: { caps: { monthly: [] } }, names: NAMES }).map(
    ({ lineage }) => lineage.slug,
  );
}

const LISTED = 'admin batch chat dusty fresh paper unseen';

describe('a question finds', () => {
  test.each([
    ['', LISTED],
    ['env:prod', 'batch'],
    ['env:prod,staging', 'batch chat'],
    ['status:gone', 'gone'],
    ['status:suspended', 'dusty'],
    ['unowned', 'admin batch dusty paper unseen'],
    ['owner:none', 'admin batch dusty paper unseen'],
    ['owner:me', 'fresh'],
    ['owner:<@U0BEN>', 'chat'],
    ['owner:okafor', 'chat'],
    ['owner:zoe', 'fresh'],
    ['provider:anthropic', 'batch'],
    ['provider:claude', 'batch'],
    ['provider:anthropic provider:openai', LISTED],
    ['scope:data', 'batch'],
    ['project:wrkspc_9', 'batch'],
    ['workspace:shop', 'admin chat dusty fresh unseen'],
    // Of an admin key, and of one that nobody watches, no use is known.
    ['unused:>30d', 'batch dusty fresh'],
    ['unused:<30d', 'batch chat unseen'],
    ['unused:>100d', 'fresh'],
    ['unused:>101d', ''],
    ['spend:>100', 'batch chat'],
    ['spend:<100', 'admin batch dusty fresh paper unseen'],
    ['spend:>250.01', ''],
    ['cap:none', 'admin dusty fresh paper unseen'],
    ['cap:>100', 'batch chat'],
    ['cap:<100', 'batch'],
    ['cap:>500.01', ''],
    ['model:gpt-5*', 'chat'],
    ['model:gpt-5', 'chat'],
    ['model:o4', 'chat unseen'],
    ['model:*mini model:o4', 'chat unseen'],
    ['model:4*', ''],
    ['workload:batch', 'batch'],
    ['workload:none', 'admin chat dusty paper unseen'],
    ['workload:none workload:search', 'admin chat dusty fresh paper unseen'],
    ['used:never', 'fresh'],
    ['never-used', 'fresh'],
    ['watched:no', 'paper'],
    ['watched:yes', 'admin batch chat dusty fresh unseen'],
    ['kind:admin', 'admin'],
    ['kind:inference', 'batch chat dusty fresh paper unseen'],
    ['NIGHTLY', 'batch'],
    ['acme.test zoe', 'fresh'],
    ['acme.test batch', ''],
    ['sort:spend kind:inference watched:yes', 'chat batch fresh dusty unseen'],
    ['sort:used kind:inference watched:yes', 'chat unseen batch dusty fresh'],
    ['sort:created env:prod,staging', 'chat batch'],
    ['sort:cap cap:>1', 'chat batch'],
    ['sort:owner env:staging,dev watched:yes', 'fresh admin chat dusty unseen'],
    ['sort:provider kind:inference watched:yes', 'batch chat dusty fresh unseen'],
  ])('%s: %s', (text, slugs) => {
    expect(found(text).join(' ')).toBe(slugs);
  });

  test('nothing of a company without keys', () => {
    expect(found('sort:spend', [])).toEqual([]);
  });
});

test.each([
  ['the clocks of Europe were set forward', '2026-03-29T12:00:00Z'],
  ['the clocks of New York were set back', '2026-11-01T12:00:00Z'],
  ['the leap day', '2028-02-29T12:00:00Z'],
  ['the day after it', '2028-03-01T00:00:00Z'],
  ['the end of a month', '2026-03-31T23:59:59Z'],
])('a day is 24 hours wherever people are: %s', (_, at) => {
  const now = Date.parse(at);
  const used = (ago: number) => [summaryOf('one', { key: { lastUsedAt: now - ago } })];

  expect(found('unused:>30d', used(30 * DAY_MS), now)).toEqual(['one']);
  expect(found('unused:>30d', used(30 * DAY_MS - 1), now)).toEqual([]);
  expect(found('unused:<30d', used(30 * DAY_MS + HOUR_MS), now)).toEqual([]);
});

describe('whatever is asked', () => {
  const filter = fc.constantFrom(
    ...['env:prod', 'env:dev', 'unowned', 'owner:me', 'unused:>30d', 'unused:<30d', 'spend:>100', 'spend:<1'],
    ...[
      'cap:none',
      'cap:>100',
      'workload:search',
      'used:never',
      'watched:yes',
      'watched:no',
      'kind:admin',
      'scope:shop',
    ],
    ...['a', 'e'],
  );

  test('one filter more only narrows, and no sort adds or loses a key', () => {
    fc.assert(
      fc.property(
        fc.array(filter, { maxLength: 4 }),
        fc.constantFrom('used', 'spend', 'created', 'cap', 'owner', 'provider'),
        (filters, sort) => {
          // A filter of a list widens where it is named twice, and of two bounds the last one counts.
          const distinct = [...new Map(filters.map((one) => [one.split(':')[0], one])).values()];
          const wide = found(distinct.slice(1).join(' '));
          const narrow = found(distinct.join(' '));
          expect(wide).toEqual(expect.arrayContaining(narrow));
          expect(found(`sort:${sort} ${distinct.join(' ')}`).toSorted()).toEqual(narrow);
        },
      ),
    );
  });

  test('at least and at most share the keys among them, and meet only on the bound itself', () => {
    const day = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(fc.array(day, { maxLength: 8 }), fc.integer({ min: 1, max: 60 }), (ages, bound) => {
        const all = ages.map((age, index) =>
          summaryOf(`k${index}`, {
            key: { lastUsedAt: NOON - age * DAY_MS },
            lineage: capOf(age),
            summary: { last30dMicroUsd: age * USD },
          }),
        );
        for (const [more, less] of [
          [`unused:>${bound}d`, `unused:<${bound}d`],
          [`spend:>${bound}`, `spend:<${bound}`],
          [`cap:>${bound}`, `cap:<${bound}`],
        ] as const) {
          const [above, below] = [found(more, all), found(less, all)];
          expect(new Set([...above, ...below]).size).toBe(all.length);
          expect(above.filter((slug) => below.includes(slug))).toEqual(
            all.filter((_, index) => ages[index] === bound).map(({ lineage }) => lineage.slug),
          );
        }
      }),
    );
  });
});
