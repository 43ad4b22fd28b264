import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadDotEnv } from '../../src/config/dotenv.ts';
import { readConfig } from '../../src/config/env.ts';
import { POLICY_SECTIONS, parsePolicy } from '../../src/config/policy.ts';
import { policyKeys } from '../../src/config/policy-schema.ts';
import { PROVIDER_VARIABLES, VARIABLES } from '../../src/config/variables.ts';
import { detectorSections as detectors } from '../../src/domain/detectors/index.ts';
import { providers } from '../../src/providers/index.ts';
import { ANTHROPIC_KEY, APP_TOKEN, BOT_TOKEN, OPENAI_KEY, PROVIDERS } from './given.ts';

const DOC = readFileSync('docs/configuration.md', 'utf8');
const POLICY_EXAMPLE = readFileSync('policy.example.yml', 'utf8');
const ENV_EXAMPLE = readFileSync('.env.example', 'utf8');
const CODE_NAMES = [
  ...VARIABLES.map(({ name }) => name),
  ...providers.flatMap(({ envPrefix }) => PROVIDER_VARIABLES.map(({ name }) => `${envPrefix}_${name}`)),
];
const SECTIONS = new Set(POLICY_SECTIONS);

/** What the first column of the document's tables names. */
function documented(): readonly string[] {
  const cells = DOC.split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|')[1] ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
}

function filled(example: string): string {
  return example.replace("'your channel'", "'#ai-keys'").replace('your-member-id', 'U0123456789');
}

describe('docs/configuration.md', () => {
  test('has a row for every variable and every policy key, and for nothing else', () => {
    const keys = policyKeys(detectors).filter((key) => {
      const isSection = SECTIONS.has(key) || detectors.some(({ id }) => key === `detectors.${id}`);
      return !isSection;
    });
    const names = documented().filter((name) => !name.endsWith('__NAME'));

    expect([...names].sort()).toEqual([...CODE_NAMES, ...keys].sort());
  });
});

describe('policy.example.yml', () => {
  test('parses once the placeholders are replaced, and shows the defaults', () => {
    const result = parsePolicy(filled(POLICY_EXAMPLE), { file: 'policy.example.yml', detectors });
    const minimal = parsePolicy("channels: { alerts: '#ai-keys' }\nroles: { admins: [U0123456789] }\n", {
      file: 'p',
      detectors,
    });

    if (!result.ok || !minimal.ok) throw new Error(JSON.stringify([result, minimal]));
    const { detectors: shown, ...rest } = result.policy;
    const { detectors: none, ...defaults } = minimal.policy;
    expect(rest).toEqual(defaults);
    for (const { id, settings } of detectors) expect(settings.parse(shown[id])).toEqual(settings.parse(none[id]));
  });

  test('is refused, with both placeholders named, while they stand', () => {
    const result = parsePolicy(POLICY_EXAMPLE, { file: 'p', detectors });

    const places = result.ok ? [] : result.faults.map(({ where }) => where.split(' ')[1]);
    expect(places).toEqual(['channels.alerts', 'roles.admins.0']);
  });

  test('parses with its commented lines switched on', () => {
    const on = filled(POLICY_EXAMPLE)
      .replace('  code: USD\n', '')
      .replace('environments: []', 'environments:')
      .replace('owners: {}', 'owners:')
      .replace('freezes: []', 'freezes:')
      .replace('overrides: []', 'overrides:')
      .replace('models: []', 'models:')
      .replace('retention: []', 'retention:')
      .replace('prices: []', 'prices:')
      .replace(
        /^( *)#( *)(viewers:|code:|usd_rate:|date:|- match:|environment:|'billing|- \{ )/gm,
        (_, lead, gap, key) => {
          return lead === '' ? `${gap}${key}` : `${lead}${key}`;
        },
      );
    const result = parsePolicy(on, { file: 'p', detectors });

    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    expect(result.policy).toMatchObject({
      currency: { code: 'EUR', usdRate: 0.92 },
      roles: { viewers: ['S0123456789'] },
      environments: [{ match: '*-ci' }],
      owners: [{ match: 'billing-*' }],
      rotation: { freezes: [{ from: '2026-12-18', why: 'year end' }], overrides: [{ every: 'month', day: null }] },
      models: [{ match: 'billing-*', retention: 'zero-retention' }],
      retention: [{ promise: 'zero-retention' }],
      prices: [{ price: { kind: 'tokens' } }, { price: { kind: 'units' } }, { price: { kind: 'discount' } }],
    });
  });
});

describe('.env.example', () => {
  const values: Readonly<Record<string, string>> = {
    SLACK_BOT_TOKEN: BOT_TOKEN,
    SLACK_APP_TOKEN: APP_TOKEN,
    OPENAI_ADMIN_KEY: OPENAI_KEY,
    ANTHROPIC_ADMIN_KEY: ANTHROPIC_KEY,
  };

  test('with its values filled in is a complete configuration', () => {
    const text = ENV_EXAMPLE.replace(/^(\w+)=$/gm, (_, name: string) => `${name}=${values[name] ?? ''}`);
    const env = loadDotEnv(() => text, '.env', {});
    const readFile = () => filled(POLICY_EXAMPLE);

    expect(readConfig({ env, readFile, providers: PROVIDERS, detectors })).toMatchObject({ ok: true });
  });

  test('names only variables that are read', () => {
    const names = [...ENV_EXAMPLE.matchAll(/^#? ?([A-Z_]+)=/gm)].map((match) => match[1]);

    expect(names).toContain('PORT');
    expect(CODE_NAMES).toEqual(expect.arrayContaining(names));
  });
});
