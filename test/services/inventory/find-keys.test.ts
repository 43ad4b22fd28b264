import { describe, expect, test } from 'vitest';
import type { Key } from '../../../src/domain/key.ts';
import { findKeys } from '../../../src/services/inventory/find-keys.ts';
import type { KeySummary } from '../../../src/services/inventory/list-keys.ts';
import { lineageOf } from '../../support/records.ts';

function summary(slug: string, values: Partial<Key> = {}): KeySummary {
  const key: Key = {
    id: `key_${slug}`,
    lineageId: `lin_${slug}`,
    connectionId: 'fake',
    providerId: 'fake',
    providerKeyId: `apikey_${slug}`,
    scopeId: null,
    label: slug,
    hint: null,
    status: 'active',
    generation: 1,
    createdAt: null,
    lastUsedAt: null,
    expiresAt: null,
    owner: null,
    kind: 'inference',
    firstSeenAt: 0,
    lastSeenAt: 0,
    goneAt: null,
    stoppedAt: null,
    announced: true,
    ...values,
  };
  const lineage = lineageOf({ id: key.lineageId, slug, environment: 'unknown', createdAt: 0 });
  return { key, lineage, providerTitle: 'Fake AI', scopeName: null, called: [], last30dMicroUsd: 0, quietSince: 0 };
}

const ALL = [
  summary('prod-api'),
  summary('prod-api-2'),
  summary('billing', { label: 'Billing (EU)', hint: 'sk-…9f2a' }),
  summary('prod'),
  summary('web', { label: 'prod-api' }),
  summary('nightly', { label: 'Night Job' }),
  summary('nightly-2', { label: 'Night Job EU' }),
];

function found(wanted: string): readonly string[] {
  return findKeys(ALL, wanted).map(({ lineage }) => lineage.slug);
}

describe('a key is found', () => {
  test('by its exact slug, although others contain it', () => {
    expect(found('prod-api')).toEqual(['prod-api']);
    expect(found('prod')).toEqual(['prod']);
  });

  test('by its slug before anybody else’s label of the same name', () => {
    expect(found('prod-api')).toEqual(['prod-api']);
  });

  test('by its exact label, although others contain it', () => {
    expect(found('night job')).toEqual(['nightly']);
  });

  test.each(['billing', 'BILLING (eu)', 'sk-…9F2A', 'apikey_billing', 'key_billing', '  billing '])('by %j', (name) => {
    expect(found(name)).toEqual(['billing']);
  });

  test('by a fragment, when nothing fits exactly; all that fit are named', () => {
    expect(found('9f2a')).toEqual(['billing']);
    expect(found('od-ap')).toEqual(['prod-api', 'prod-api-2', 'web']);
  });

  test('never by nothing, nor by what no name contains', () => {
    expect(found('')).toEqual([]);
    expect(found('   ')).toEqual([]);
    expect(found('staging')).toEqual([]);
  });
});
