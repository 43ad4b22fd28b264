import { expect, test } from 'vitest';
import { providers } from '../../src/providers/index.ts';
import { PROVIDER_IDS } from '../../src/providers/lib/ids.ts';

test('the ids that are known without loading a provider are those of the providers', () => {
  expect(PROVIDER_IDS).toEqual(providers.map(({ id }) => id));
});
