import { expect, test } from 'vitest';
import type { ProviderKey } from '../../../src/domain/key.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { scopesSeen, surveyConnection } from '../../../src/services/setup/survey-connection.ts';
import { NOON } from '../../support/bench-deps.ts';
import { FakeProvider, type FakeProviderOptions, failing } from '../../support/fake-provider.ts';

const READ_KEY = new Secret('sk-admin-0123456789abcdef-x7Qa');

const ADMIN: ProviderKey = {
  id: 'key_admin',
  scopeId: null,
  label: 'keysteward',
  hint: null,
  status: 'active',
  createdAt: null,
  lastUsedAt: null,
  expiresAt: null,
  owner: null,
  kind: 'admin',
};

function survey(provider: FakeProvider) {
  return surveyConnection({ provider: provider.port, readKey: READ_KEY, now: NOON });
}

test('only what the provider has is tried, and what fails is told apart from what is not allowed', async () => {
  const options: FakeProviderOptions = { hasEventLog: true, costHistoryMs: 1 };
  const all = new FakeProvider(options);
  const some = new FakeProvider(options);
  some.script('readUsage', failing('provider_unavailable'));
  some.script('readCosts', failing('provider_denied'));
  some.script('listScopes', failing('provider_auth'));

  const states = async (provider: FakeProvider) =>
    Object.fromEntries((await survey(provider)).outcomes.map(({ read, state }) => [read, state]));

  expect(Object.keys(await states(new FakeProvider()))).toEqual(['key list', 'usage']);
  expect(Object.keys(await states(all))).toEqual(['key list', 'usage', 'costs', 'event log']);
  expect(await states(some)).toMatchObject({ 'key list': 'refused', usage: 'failed', costs: 'closed' });
});

test('scopes that may not be listed are no answer, and a dead provider is an error', async () => {
  const provider = new FakeProvider();
  provider.script('listScopes', failing('provider_denied'));
  expect(await scopesSeen(provider.port)).toBeNull();

  provider.script('listScopes', failing('provider_unavailable'));
  await expect(scopesSeen(provider.port)).rejects.toMatchObject({ code: 'provider_unavailable' });
});

test.each([
  ['sk-admin...x7Qa', NOON + 1],
  ['sk-admin…x7Qa', NOON + 1],
  ['sk-admin-********x7Qa', NOON + 1],
  ['sk-admin...zzzz', undefined],
  ['...', undefined],
  [null, undefined],
])('the admin key is found among those listed by its hint %s', async (hint, expected) => {
  const provider = new FakeProvider();
  provider.script('listKeys', { kind: 'lists', keys: [{ ...ADMIN, hint, expiresAt: NOON + 1 }] });

  expect((await survey(provider)).expiresAt).toBe(expected);
});
