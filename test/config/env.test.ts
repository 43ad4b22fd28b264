import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeConfig } from '../../src/config/config.ts';
import { formatFaults } from '../../src/config/faults.ts';
import {
  ANTHROPIC_KEY,
  APP_TOKEN,
  BOT_TOKEN,
  CANARY,
  ENV,
  faultsOf,
  OPENAI_KEY,
  POLICY,
  read,
  readOk,
  SIGNING_SECRET,
} from './given.ts';

const HTTP_ENV = { ...ENV, SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: SIGNING_SECRET, PORT: '3000' };

describe('a complete configuration', () => {
  test('takes defaults for everything but Slack, one admin key and the policy', () => {
    const { config, secrets, ignoredVariables } = readOk(ENV);

    expect(config).toMatchObject({
      production: false,
      slack: {
        address: { url: 'https://slack.com/api/', isDefault: true },
        transport: { kind: 'socket', healthPort: undefined },
      },
      connections: [
        {
          connectionId: 'openai',
          providerId: 'openai',
          title: 'OpenAI',
          address: { url: 'https://api.openai.com/v1', isDefault: true },
          writable: true,
        },
      ],
      databasePath: './data/keysteward.db',
      policyPath: './policy.yml',
      secretPath: './data/installation.secret',
      logLevel: 'info',
    });
    expect(secrets.slack.botToken.reveal()).toBe(BOT_TOKEN);
    expect(secrets.slack.credential.kind === 'socket' && secrets.slack.credential.appToken.reveal()).toBe(APP_TOKEN);
    expect(secrets.connections.get('openai')?.readKey.reveal()).toBe(OPENAI_KEY);
    expect(secrets.connections.get('openai')?.writeKey?.reveal()).toBe(OPENAI_KEY);
    expect(ignoredVariables).toEqual([]);
  });

  test('serves HTTP with a signing secret and a port', () => {
    const { config, secrets } = readOk(HTTP_ENV);

    expect(config.slack.transport).toEqual({ kind: 'http', port: 3000 });
    const { credential } = secrets.slack;
    expect(credential.kind === 'http' && credential.signingSecret.reveal()).toBe(SIGNING_SECRET);
  });

  test('opens the port for health checks only in Socket Mode', () => {
    expect(readOk({ ...ENV, PORT: '8080' }).config.slack.transport).toEqual({ kind: 'socket', healthPort: 8080 });
  });

  test('puts the secret file beside the database unless told otherwise', () => {
    expect(readOk({ ...ENV, KEYSTEWARD_DATABASE: '/srv/ks/main.db' }).config.secretPath).toBe(
      '/srv/ks/installation.secret',
    );
    expect(readOk({ ...ENV, KEYSTEWARD_SECRET_FILE: '/run/s' }).config.secretPath).toBe('/run/s');
  });

  test('describes itself with addresses and without secrets', () => {
    const { config } = readOk({
      ...ENV,
      SLACK_API_URL: 'http://127.0.0.1:4010/api',
      OPENAI_ADMIN_KEY__ACME: 'x-acme',
      OPENAI_BASE_URL: 'http://[::1]:1/v1/',
    });
    const lines = describeConfig(config);

    expect(lines).toContain('Slack: Socket Mode (no health port), http://127.0.0.1:4010/api/ (not the public address)');
    expect(lines).toContain('OpenAI (openai:acme): http://[::1]:1/v1 (not the public address), read and write');
    expect(lines).toContain('Alerts: #ai-keys; time zone UTC; amounts in USD');
  });

  test('names the variables of SDKs that it ignores, and only those that are set', () => {
    const { ignoredVariables } = readOk({
      ...ENV,
      OPENAI_API_KEY: 'sk-proj-x',
      OPENAI_ORG_ID: 'org',
      ANTHROPIC_PROFILE: 'work',
      ANTHROPIC_BASE_URL: 'ftp://somewhere',
      ANTHROPIC_API_KEY: '',
      SLACK_TOKEN: 'x',
      HOME: '/root',
    });

    expect(ignoredVariables).toEqual([
      'ANTHROPIC_BASE_URL',
      'ANTHROPIC_PROFILE',
      'OPENAI_API_KEY',
      'OPENAI_ORG_ID',
      'SLACK_TOKEN',
    ]);
  });
});

describe('faults of single variables', () => {
  test.each<[string, Record<string, string>, string, RegExp]>([
    ['a user token as bot token', { SLACK_BOT_TOKEN: 'xoxp-1-2' }, 'SLACK_BOT_TOKEN', /is a Slack user token.*xoxb-/s],
    ['swapped tokens', { SLACK_BOT_TOKEN: APP_TOKEN }, 'SLACK_BOT_TOKEN', /app-level token.*xoxb-/s],
    ['a bot token as app token', { SLACK_APP_TOKEN: BOT_TOKEN }, 'SLACK_APP_TOKEN', /bot token.*xapp-/s],
    ['a rotating token', { SLACK_BOT_TOKEN: 'xoxe.xoxb-1' }, 'SLACK_BOT_TOKEN', /rotating.*token rotation off/s],
    [
      'both Slack modes',
      { SLACK_SIGNING_SECRET: SIGNING_SECRET },
      'SLACK_SIGNING_SECRET',
      /together.*remove the other/s,
    ],
    ['quotes', { SLACK_BOT_TOKEN: `"${BOT_TOKEN}"` }, 'SLACK_BOT_TOKEN', /quotes/],
    [
      'a trailing blank',
      { SLACK_BOT_TOKEN: `${BOT_TOKEN} ` },
      'SLACK_BOT_TOKEN',
      /blank or line break before or after/,
    ],
    ['two lines in one', { SLACK_BOT_TOKEN: `${BOT_TOKEN}\nx` }, 'SLACK_BOT_TOKEN', /line break inside/],
    ['an invisible character', { SLACK_BOT_TOKEN: `${BOT_TOKEN}\u200b` }, 'SLACK_BOT_TOKEN', /no key contains/],
    ['a control character', { OPENAI_ADMIN_KEY: `${OPENAI_KEY}\u0000x` }, 'OPENAI_ADMIN_KEY', /inside/],
    ['a port of letters', { PORT: 'web' }, 'PORT', /whole number from 1 to 65535/],
    ['a port too high', { PORT: '65536' }, 'PORT', /not a port/],
    ['a log level', { KEYSTEWARD_LOG_LEVEL: 'verbose' }, 'KEYSTEWARD_LOG_LEVEL', /debug, info, warn, error/],
    ['a database in memory', { KEYSTEWARD_DATABASE: ':memory:' }, 'KEYSTEWARD_DATABASE', /not the path of a file/],
    ['a database server', { KEYSTEWARD_DATABASE: 'postgres://h/db' }, 'KEYSTEWARD_DATABASE', /one SQLite file/],
    ['a misspelt variable', { KEYSTEWARD_POLCY: 'x' }, 'KEYSTEWARD_POLCY', /Did you mean KEYSTEWARD_POLICY\?/],
    ['another word for it', { KEYSTEWARD_HTTP_PORT: '1' }, 'KEYSTEWARD_HTTP_PORT', /Did you mean PORT\?/],
    [
      'an unknown variable',
      { KEYSTEWARD_UNHEARD_OF: '1' },
      'KEYSTEWARD_UNHEARD_OF',
      /Remove it; there are KEYSTEWARD_DATABASE/,
    ],
    ['plain http to elsewhere', { SLACK_API_URL: 'http://slack.example' }, 'SLACK_API_URL', /neither https/],
    ['no address at all', { SLACK_API_URL: 'slack' }, 'SLACK_API_URL', /not an address/],
    ['a password in an address', { SLACK_API_URL: 'https://u:p@h/' }, 'SLACK_API_URL', /password/],
    ['a query in an address', { OPENAI_BASE_URL: 'https://h/v1?x=1' }, 'OPENAI_BASE_URL', /\? or #/],
  ])('%s', (_, env, where, expected) => {
    const faults = faultsOf({ ...ENV, ...env });

    expect(faults.map((fault) => fault.where)).toEqual([where]);
    expect(formatFaults(faults)).toMatch(expected);
    expect(formatFaults(faults)).not.toContain(CANARY);
  });

  test('a missing port is a fault only for HTTP', () => {
    expect(faultsOf({ ...HTTP_ENV, PORT: '' }).map((fault) => fault.where)).toEqual(['PORT']);
  });

  test('a Slack token in place of the signing secret is told by its kind', () => {
    const [fault] = faultsOf({ ...HTTP_ENV, SLACK_SIGNING_SECRET: APP_TOKEN });

    expect(fault).toMatchObject({ where: 'SLACK_SIGNING_SECRET', problem: 'is a Slack app-level token' });
  });

  test('a missing variable points to the misspelt one that is set', () => {
    const [fault] = faultsOf({ ...ENV, SLACK_BOT_TOKEN: undefined, SLACK_BOT_TOKN: BOT_TOKEN });

    expect(fault?.where).toBe('SLACK_BOT_TOKEN');
    expect(fault?.fix).toContain('SLACK_BOT_TOKN');
  });
});

describe('the whole', () => {
  test('lists everything that is missing at once', () => {
    const result = read({}, { './policy.yml': '' });

    expect(result.ok ? [] : result.faults.map((fault) => fault.where)).toEqual([
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
      'OPENAI_ADMIN_KEY or ANTHROPIC_ADMIN_KEY',
      './policy.yml:1 channels.alerts',
      './policy.yml:1 roles.admins',
    ]);
  });

  test('a missing policy file says what to copy', () => {
    const [fault] = faultsOf({ ...ENV, KEYSTEWARD_POLICY: './p.yml' });

    expect(fault).toMatchObject({ where: './p.yml', problem: 'does not exist' });
    expect(fault?.fix).toContain('Copy policy.example.yml to ./p.yml');
  });

  test('faults are numbered and each says what to do', () => {
    expect(formatFaults([{ where: 'A', problem: 'is missing', fix: 'Set A.' }])).toBe(
      'One thing to put right in the configuration:\n1.  A is missing.\n    Set A.',
    );
  });

  test('the config object never holds a secret, however it is printed', () => {
    const { config, secrets } = readOk({ ...ENV, ANTHROPIC_ADMIN_KEY: ANTHROPIC_KEY });

    for (const printed of [JSON.stringify({ config, secrets }), inspect({ config, secrets }, { depth: null })]) {
      expect(printed).not.toContain(CANARY);
    }
  });

  test('no fault repeats any part of a value, whichever variable it was put into', () => {
    const names = [
      ...['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_API_URL', 'PORT', 'NODE_ENV'],
      ...['OPENAI_ADMIN_KEY', 'OPENAI_ADMIN_KEY_READ', 'ANTHROPIC_ADMIN_KEY__X', 'OPENAI_BASE_URL'],
      ...[
        'SLACK_BOT_TOKEN_FILE',
        'OPENAI_ADMIN_KEY_FILE',
        'KEYSTEWARD_LOG_LEVEL',
        'KEYSTEWARD_DATABASE',
        'KEYSTEWARD_NEW',
      ],
    ];
    const value = fc
      .tuple(fc.constantFrom('', 'sk-', 'sk-ant-api03-', 'xoxb-', 'xapp-', 'https://', '"', ' ', 'a\n'), fc.string())
      .map(([start, end]) => `${start}${CANARY}${end}`);

    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (env) => {
        expect(formatFaults(faultsOf({ ...ENV, ...env })).toLowerCase()).not.toContain(
          CANARY.slice(0, 8).toLowerCase(),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('a secret pasted into the policy is not repeated either', () => {
    const text = `${POLICY}owners: { '${OPENAI_KEY}': '${ANTHROPIC_KEY}' }\n${OPENAI_KEY}: 1\n`;

    expect(JSON.stringify(faultsOf(ENV, { './policy.yml': text }))).not.toContain(CANARY);
    expect(JSON.stringify(faultsOf({ ...ENV, KEYSTEWARD_POLICY: OPENAI_KEY }))).not.toContain(CANARY);
  });
});
