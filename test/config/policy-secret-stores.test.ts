import { describe, expect, test } from 'vitest';
import { describeConfig } from '../../src/config/config.ts';
import { readConfig } from '../../src/config/env.ts';
import { secretPlaceOf } from '../../src/domain/secret-place.ts';
import { secretStores } from '../../src/secret-stores/index.ts';
import { CANARY, DETECTORS, ENV, POLICY, PROVIDERS } from './given.ts';

const STORES = `secret_stores:
  main: { kind: vault, address: 'https://vault.example:8200' }
  eu-west: { kind: aws-secrets-manager, region: eu-west-1 }
secrets:
  - { match: 'prod-*', store: main, reference: 'ai/{slug}#{PROVIDER}_API_KEY' }
  - { match: 'dev-*', store: local }
`;

function read(text: string, env: Readonly<Record<string, string>> = {}) {
  const files: Readonly<Record<string, string>> = { './policy.yml': POLICY + text, '/run/token': `t-${CANARY}\n` };
  const readFile = (path: string) => files[path];
  return readConfig({ env: { ...ENV, ...env }, readFile, providers: PROVIDERS, detectors: DETECTORS, secretStores });
}

const TOKEN = { KEYSTEWARD_STORE_MAIN_TOKEN: `t-${CANARY}` };

describe('secret stores in policy.yml', () => {
  test('have their credentials from the environment or a file, which nothing shows', () => {
    for (const env of [TOKEN, { KEYSTEWARD_STORE_MAIN_TOKEN_FILE: '/run/token' }]) {
      const result = read(STORES, env);
      if (!result.ok) throw new Error(JSON.stringify(result.faults));
      expect(result.secrets.stores?.get('main')?.get('TOKEN')?.reveal()).toBe(`t-${CANARY}`);
      expect(describeConfig(result.config)).toContain(
        'Secret stores: main (vault), eu-west (aws-secrets-manager), local (file)',
      );
      expect(JSON.stringify(result)).not.toContain(CANARY);
    }
  });

  test('the first rule that matches a slug says where its value belongs; without one it is nobody’s but a person’s', () => {
    const result = read(STORES, TOKEN);
    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    const place = (slug: string) =>
      secretPlaceOf({ slug, environment: 'production', provider: 'some-ai' }, result.config.policy);

    expect(place('prod-api')).toEqual({ store: 'main', reference: 'ai/prod-api#SOME_AI_API_KEY' });
    expect(place('dev-x')).toEqual({ store: 'local', reference: 'dev-x.env#API_KEY' });
    expect(place('other')).toBeNull();
  });

  test('every fault is told at once, with its line and what to do', () => {
    const result = read(
      `secret_stores:
  main: { kind: vualt }
  Odd_Name: { kind: doppler }
  two: { kind: vault, mount: secret, tokn: x }
secrets:
  - { match: a, store: mian, reference: 'x#Y' }
  - { match: b, store: two, reference: 'ai/{slug}' }
  - { match: c, store: two, reference: 'ai/{who}#KEY' }
  - { match: d, store: two }
  - { match: e, store: local, reference: '../{slug}.env#KEY' }
`,
    );
    const faults = result.ok ? [] : result.faults.map(({ where, problem, fix }) => `${where} ${problem}. ${fix}`);

    expect(faults).toEqual([
      expect.stringMatching(/^\.\/policy\.yml:4 secret_stores\.main\.kind is not a kind .* Did you mean vault\?$/),
      expect.stringMatching(
        /^\.\/policy\.yml:5 secret_stores\.Odd_Name is not a name .* Write a name of small letters/,
      ),
      expect.stringMatching(/^\.\/policy\.yml:6 secret_stores\.two\.address is missing\. Write the address of Vault/),
      expect.stringMatching(/^\.\/policy\.yml:6 secret_stores\.two\.tokn is not a known key/),
      expect.stringMatching(/^\.\/policy\.yml:8 secrets\.0\.store names no store .* Did you mean main\?$/),
      expect.stringMatching(/^\.\/policy\.yml:9 secrets\.1\.reference is not a reference of HashiCorp Vault/),
      expect.stringMatching(/^\.\/policy\.yml:10 secrets\.2\.reference has a placeholder that is not known/),
      expect.stringMatching(/^\.\/policy\.yml:11 secrets\.3\.reference is missing/),
      expect.stringMatching(/^\.\/policy\.yml:12 secrets\.4\.reference is not a reference of local \.env file/),
    ]);
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['a token that is missing', {}, 'KEYSTEWARD_STORE_MAIN_TOKEN is missing'],
    ['half a role', { KEYSTEWARD_STORE_MAIN_ROLE_ID: 'r' }, 'KEYSTEWARD_STORE_MAIN_SECRET_ID is missing'],
    [
      'a pair without its other half',
      { ...TOKEN, KEYSTEWARD_STORE_EU_WEST_ACCESS_KEY_ID: 'a' },
      'KEYSTEWARD_STORE_EU_WEST_SECRET_ACCESS_KEY is missing',
    ],
    [
      'a store that is not there',
      { ...TOKEN, KEYSTEWARD_STORE_MIAN_TOKEN: 'x' },
      'KEYSTEWARD_STORE_MIAN_TOKEN is not a variable that Keysteward reads',
    ],
  ])('%s is a fault of the environment', (_, env, expected) => {
    const result = read(STORES, env);
    const faults = result.ok ? [] : result.faults.map(({ where, problem }) => `${where} ${problem}`);

    expect(faults).toEqual([expected]);
  });
});
