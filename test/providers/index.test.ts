import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { providers } from '../../src/providers/index.ts';

describe('the list of providers', () => {
  it('names every provider folder once, in order', () => {
    const folder = fileURLToPath(new URL('../../src/providers', import.meta.url));
    const names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'lib')
      .map((entry) => entry.name)
      .sort();

    expect(providers.map(({ id }) => id)).toEqual(names);
  });
});
