import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  countsAsProduction,
  type Environment,
  guessEnvironment,
  type KeyStatus,
  STOPPED_STATUSES,
  slugFor,
} from '../../src/domain/key.ts';

const free = () => false;

describe('slugFor', () => {
  test.each([
    ['prod-api', 'prod-api'],
    ['Prod API (EU)', 'prod-api-eu'],
    ['  --Nightly__Batch!!  ', 'nightly-batch'],
    ['Réseau Zürich', 'reseau-zurich'],
    ['Ｆｕｌｌ width', 'full-width'],
    ['<!channel> *bold*', 'channel-bold'],
    ['../../etc/passwd', 'etc-passwd'],
    ['a\u202Eb\u0000c', 'a-b-c'],
    ['生产环境', 'key'],
    ['🔥🔥', 'key'],
    ['', 'key'],
    ['---', 'key'],
    ['x'.repeat(500), 'x'.repeat(40)],
    [`${'x'.repeat(39)} tail`, 'x'.repeat(39)],
  ])('%j becomes %s', (label, slug) => {
    expect(slugFor(label, free)).toBe(slug);
  });

  test('a key that was pasted as its own label is not kept in the slug', () => {
    const pasted = ['sk', 'ant', 'api03', 'R2dT9x'.repeat(15)].join('-');

    expect(slugFor(pasted, free)).toBe('secret');
    expect(slugFor(`prod_${pasted}`, free)).toBe('prod-secret');
  });

  test('the next free number makes it unique', () => {
    const taken = new Set(['api', 'api-2', 'api-4']);

    expect(slugFor('API', (slug) => taken.has(slug))).toBe('api-3');
  });

  test('any labels, however alike, get slugs of their own that a person can type', () => {
    const labels = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('api', 'API', 'api-2', '')), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(labels, (all) => {
        const slugs = new Set<string>();
        for (const label of all) slugs.add(slugFor(label, (slug) => slugs.has(slug)));
        expect(slugs.size).toBe(all.length);
        for (const slug of slugs) expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      }),
    );
  });
});

describe('guessEnvironment', () => {
  test.each<[string, string | null, Environment]>([
    ['prod-api', null, 'production'],
    ['Production', null, 'production'],
    ['LIVE_web', null, 'production'],
    ['prod2', null, 'production'],
    ['staging-ci', null, 'staging'],
    ['ci', null, 'staging'],
    ['preprod', null, 'staging'],
    ['uat 3', null, 'staging'],
    ['dev-ana', null, 'development'],
    ['sandbox', null, 'development'],
    ['local_laptop', null, 'development'],
    // Words inside other words say nothing.
    ['product-search', null, 'unknown'],
    ['delivery', null, 'unknown'],
    ['latest-contest', null, 'unknown'],
    ['devices', null, 'unknown'],
    ['social-city', null, 'unknown'],
    // Two answers are none.
    ['prod-test', null, 'unknown'],
    ['dev-live', 'staging', 'unknown'],
    // The label goes before its scope.
    ['dev-ana', 'Production', 'development'],
    ['api', 'Production', 'production'],
    ['api', 'Staging', 'staging'],
    ['api', 'Default', 'unknown'],
    ['', '', 'unknown'],
  ])('label %j in scope %j is %s', (label, scope, environment) => {
    expect(guessEnvironment(label, scope)).toBe(environment);
  });
});

test.each<[Environment, boolean]>([
  ['production', true],
  ['unknown', true],
  ['staging', false],
  ['development', false],
])('%s counts as production: %s', (environment, counts) => {
  expect(countsAsProduction(environment)).toBe(counts);
});

test.each<[KeyStatus, boolean]>([
  ['active', false],
  ['inactive', true],
  ['archived', true],
  ['expired', true],
  ['gone', true],
])('a key that is %s cannot spend: %s', (status, stopped) => {
  expect(STOPPED_STATUSES.has(status)).toBe(stopped);
});
