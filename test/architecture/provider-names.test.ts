import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { providerNameFaults } from './support/provider-name-rules.ts';
import { ROOT, readSources, source } from './support/source.ts';

/** A new provider folder joins the check by being there. */
function providerNames(): readonly string[] {
  const folders = readdirSync(join(ROOT, 'src/providers'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'lib')
    .map(({ name }) => name);
  return [...new Set(['openai', 'anthropic', ...folders])];
}

test('nothing outside the adapters says a provider by name', () => {
  expect(providerNameFaults(readSources(), providerNames())).toEqual([]);
});

describe('the name check itself', () => {
  test.each([
    ['src/domain/x.ts', "if (id === 'openai') stop();"],
    ['src/services/actions/x.ts', 'const openAiClient = make();'],
    ['src/slack/views/x.ts', ['const text = `Open ', '{scope} in Anthropic`;'].join('$')],
    ['src/slack/views/x.ts', 'const text = flags.ANTHROPIC_URL;'],
    ['src/scheduler/jobs/x.ts', 'const pattern = /^sk-anthropic/;'],
  ])('a planted name in %s is caught: %s', (path, text) => {
    expect(providerNameFaults([source(path, text)], ['openai', 'anthropic'])).toHaveLength(1);
  });

  test('comments and the adapters themselves may say it', () => {
    const comment = source(
      'src/domain/x.ts',
      '/** A project (OpenAI) or workspace (Anthropic). */\nexport type Scope = string;',
    );
    const adapter = source('src/providers/openai/index.ts', "export const id = 'openai';");

    expect(providerNameFaults([comment, adapter], ['openai', 'anthropic'])).toEqual([]);
  });
});
