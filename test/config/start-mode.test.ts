import { describe, expect, test } from 'vitest';
import { decideStart, type StartFacts, sandboxFaults, startFacts } from '../../src/config/start-mode.ts';
import { ANTHROPIC_KEY, CANARY, OPENAI_KEY, PROVIDERS } from './given.ts';

const FLAGS = ['production', 'hasSlackToken', 'hasAdminKey', 'hasPolicyFile', 'hasDatabase'] as const;

function factsFrom(bits: number): StartFacts {
  const on = (flag: (typeof FLAGS)[number]) => (bits & (1 << FLAGS.indexOf(flag))) !== 0;
  return {
    command: bits & 32 ? 'start' : 'npm-start',
    production: on('production'),
    hasSlackToken: on('hasSlackToken'),
    hasAdminKey: on('hasAdminKey'),
    hasPolicyFile: on('hasPolicyFile'),
    hasDatabase: on('hasDatabase'),
  };
}

function gather(env: Record<string, string>, files: readonly string[] = []) {
  return startFacts({ command: 'npm-start', env, providers: PROVIDERS, fileExists: (path) => files.includes(path) });
}

describe('start mode', () => {
  test('of all 64 combinations only the untouched bare start is the sandbox', () => {
    const sandboxes = Array.from({ length: 64 }, (_, bits) => bits).filter(
      (bits) => decideStart(factsFrom(bits)) === 'sandbox',
    );

    expect(sandboxes).toEqual([0]);
  });

  test.each<[string, Record<string, string>, readonly string[], 'sandbox' | 'production']>([
    ['nothing', {}, [], 'sandbox'],
    ['empty variables of a copied example', { SLACK_BOT_TOKEN: '', OPENAI_ADMIN_KEY: ' ' }, [], 'sandbox'],
    [
      'somebody else’s SDK variables',
      { OPENAI_API_KEY: 'sk-x', OPENAI_BASE_URL: 'https://x', PORT: '3000' },
      [],
      'sandbox',
    ],
    ['a signing secret', { SLACK_SIGNING_SECRET: 'x' }, [], 'production'],
    ['a token file', { SLACK_BOT_TOKEN_FILE: '/x' }, [], 'production'],
    ['a named admin key', { ANTHROPIC_ADMIN_KEY__ACME: 'x' }, [], 'production'],
    ['a misnamed admin key', { OPENAI_ADMIN_KEY_ACME: 'x' }, [], 'production'],
    ['a policy file', {}, ['./policy.yml'], 'production'],
    ['a policy variable that leads nowhere', { KEYSTEWARD_POLICY: './nowhere.yml' }, [], 'production'],
    ['a database', {}, ['./data/keysteward.db'], 'production'],
    ['NODE_ENV=production', { NODE_ENV: 'production' }, [], 'production'],
    ['NODE_ENV=Prod', { NODE_ENV: 'Prod ' }, [], 'production'],
    ['NODE_ENV=development', { NODE_ENV: 'development' }, [], 'sandbox'],
  ])('%s', (_, env, files, expected) => {
    expect(decideStart(gather(env, files))).toBe(expected);
  });
});

describe('the sandbox beside a real-looking admin key', () => {
  test('names every variable that holds one, whatever its name, and never the value', () => {
    const faults = sandboxFaults({
      MY_KEY: `x ${OPENAI_KEY}`,
      B: ANTHROPIC_KEY,
      OPENAI_API_KEY: 'sk-proj-x',
      PATH: '/bin',
    });

    expect(faults.map((fault) => fault.where)).toEqual(['B', 'MY_KEY']);
    expect(JSON.stringify(faults)).not.toContain(CANARY);
  });

  test('lets an ordinary environment pass', () => {
    expect(sandboxFaults({ OPENAI_API_KEY: 'sk-proj-x', HOME: '/root', EMPTY: undefined })).toEqual([]);
  });
});
