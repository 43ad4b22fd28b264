import { describe, expect, test } from 'vitest';
import { environmentOf, ownerByPolicy } from '../../src/domain/policy.ts';

const PLACE = { label: 'prod-api', slug: 'prod-api-2', scopeName: 'Team Blue' };

describe('environmentOf', () => {
  const rule = (pattern: RegExp, environment: 'production' | 'staging' | 'development') => ({
    match: String(pattern),
    pattern,
    environment,
  });

  test('policy’s word goes before what the name suggests', () => {
    expect(environmentOf(PLACE, { environments: [rule(/^prod-/, 'development')] })).toBe('development');
  });

  test('a rule may name the scope', () => {
    expect(environmentOf(PLACE, { environments: [rule(/^Team Blue$/, 'staging')] })).toBe('staging');
  });

  test('the first rule that matches counts, be it by label or by scope', () => {
    const rules = [rule(/^other$/, 'production'), rule(/Blue/, 'staging'), rule(/prod/, 'development')];

    expect(environmentOf(PLACE, { environments: rules })).toBe('staging');
  });

  test('without a rule the name decides', () => {
    expect(environmentOf(PLACE, { environments: [rule(/^nothing$/, 'staging')] })).toBe('production');
    expect(environmentOf({ ...PLACE, label: 'api', scopeName: null }, { environments: [] })).toBe('unknown');
  });
});

describe('ownerByPolicy', () => {
  const rule = (pattern: RegExp, slackUserId: string) => ({ match: String(pattern), pattern, slackUserId });

  test.each([
    ['by slug', [rule(/^prod-api-2$/, 'U1')], 'U1'],
    ['by label', [rule(/^prod-api$/, 'U2')], 'U2'],
    ['by the first rule that matches', [rule(/^web/, 'U0'), rule(/api/, 'U1'), rule(/prod/, 'U2')], 'U1'],
    ['not by scope', [rule(/Blue/, 'U3')], null],
    ['by nothing', [], null],
  ])('is found %s', (_, owners, owner) => {
    expect(ownerByPolicy(PLACE, { owners })).toBe(owner);
  });
});
