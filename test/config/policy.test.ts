import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { formatFaults } from '../../src/config/faults.ts';
import { parsePolicy } from '../../src/config/policy.ts';
import { globPattern } from '../../src/domain/glob.ts';
import { DETECTORS, POLICY } from './given.ts';

const FULL = `
channels:
  alerts: C0123456789
calendar:
  timezone: Europe/Berlin
currency: { code: EUR, usd_rate: 0.92, date: 2026-08-01 }
roles:
  admins: [U0123456789, W0123456789]
  responders: [S0123456789]
  viewers: [U0000000001]
polling:
  usage_minutes: 1
  inventory_minutes: 30
auto_contain: { enabled: true, above_usd: 49.99, environments: [production] }
detectors:
  spend-spike:
    ratio: 8
environments:
  - match: '*-ci'
    environment: staging
owners:
  'billing-*': U0123456789
`;

function parse(text: string) {
  return parsePolicy(text, { file: 'policy.yml', detectors: DETECTORS });
}

function policyOf(text: string) {
  const result = parse(text);
  if (!result.ok) throw new Error(formatFaults(result.faults));
  return result.policy;
}

function faultLines(text: string): readonly string[] {
  const result = parse(text);
  return result.ok ? [] : result.faults.map(({ where, problem, fix }) => `${where} ${problem}. ${fix}`);
}

const ordinal = (word: string, day: string) => ({ kind: 'ordinal', ordinal: word, day });

describe('policy.yml', () => {
  test('the two required keys are enough', () => {
    expect(policyOf(POLICY)).toEqual({
      channels: { alerts: '#ai-keys' },
      calendar: { timeZone: 'UTC' },
      currency: { code: 'USD', usdRate: 1, rateDate: null },
      roles: { admins: ['U0123456789'], responders: [], viewers: null },
      polling: { usageMs: 300_000, inventoryMs: 3_600_000 },
      escalation: { owner: 300_000, webhook: 300_000, responders: 900_000, admins: 1_800_000 },
      alerts: { dailyMessages: 20 },
      ownership: {
        ask: true,
        weeklyMessages: 2,
        channelMs: 604_800_000,
        digestMs: 1_209_600_000,
        offBoarding: true,
      },
      digest: { enabled: true, day: 'monday', atMinutes: 540, timeZone: null, channel: null, founders: [] },
      heartbeat: { everyMs: 300_000 },
      autoContain: { enabled: false, aboveMicroUsd: 100_000_000, environments: ['staging', 'development'] },
      caps: { raiseUpToPercent: 200, raiseUpToMicroUsd: null, monthly: [], prepaid: [] },
      detection: { profile: 'balanced' },
      staleness: {
        ladder: true,
        askMs: 2_592_000_000,
        proposeMs: 5_184_000_000,
        announceDays: 14,
        suspendIn: ['staging', 'development'],
        exempt: [],
      },
      naming: { pattern: '<env>-<workload>[-<person>]', requireOwner: true, exempt: [] },
      adminKeyExpiries: new Map(),
      rotation: {
        campaigns: false,
        automatic: true,
        automaticEnd: ['development'],
        calendars: {
          production: { every: 'quarter', months: null, day: ordinal('second', 'tuesday'), atMinutes: 600 },
          staging: { every: 'quarter', months: null, day: ordinal('first', 'tuesday'), atMinutes: 600 },
          development: { every: 'month', months: null, day: ordinal('first', 'monday'), atMinutes: 600 },
        },
        freezes: [],
        holidays: [],
        overrides: [],
        announceMs: 7 * 86_400_000,
        dueMs: 14 * 86_400_000,
        graceMs: 7 * 86_400_000,
        reminders: { ownerMs: 48 * 3_600_000, threadMs: 120 * 3_600_000, respondersMs: 192 * 3_600_000 },
      },
      detectors: { 'spend-spike': {}, 'off-hours': {} },
      environments: [],
      secretStores: [{ name: 'local', kind: 'file', settings: {} }],
      secrets: [],
      owners: [],
      models: [],
      retention: [],
      prices: [],
      deployHooks: [],
      redeploy: [],
    });
  });

  test('bounds on models name a promise that is listed', () => {
    const rule = (retention: string) =>
      `models: [{ match: 'billing-*', allowed: ['gpt-5*'], retention: ${retention} }]\n`;
    const promises = "retention: [{ promise: zero-retention, models: ['gpt-5*'] }]\n";

    expect(policyOf(`${POLICY}${rule('Zero-Retention')}${promises}`)).toMatchObject({
      models: [{ match: 'billing-*', allowed: ['gpt-5*'], retention: 'Zero-Retention' }],
      retention: [{ promise: 'zero-retention', models: ['gpt-5*'] }],
    });
    const text = `${POLICY}${rule('never')}${promises}`;
    expect(parsePolicy(text, { file: 'policy.yml', detectors: [] })).toMatchObject({
      ok: false,
      faults: [
        { where: expect.stringContaining('models.0.retention'), problem: expect.stringContaining('names no promise') },
      ],
    });
  });

  test('every key arrives in our units and names', () => {
    expect(policyOf(FULL)).toMatchObject({
      channels: { alerts: 'C0123456789' },
      calendar: { timeZone: 'Europe/Berlin' },
      currency: { code: 'EUR', usdRate: 0.92, rateDate: '2026-08-01' },
      roles: { admins: ['U0123456789', 'W0123456789'], responders: ['S0123456789'], viewers: ['U0000000001'] },
      autoContain: { enabled: true, aboveMicroUsd: 49_990_000, environments: ['production'] },
      polling: { usageMs: 60_000, inventoryMs: 1_800_000 },
      detectors: { 'spend-spike': { ratio: 8 } },
      environments: [{ match: '*-ci', environment: 'staging' }],
      owners: [{ match: 'billing-*', slackUserId: 'U0123456789' }],
    });
  });

  test('a step of the escalation at zero minutes is never taken, and the webhooks’ at once', () => {
    const lines = 'owner_minutes: 0, responders_minutes: 1, admins_minutes: 0, webhook_minutes: 0';

    expect(policyOf(`${POLICY}escalation: { ${lines} }\n`).escalation).toEqual({
      owner: null,
      webhook: 0,
      responders: 60_000,
      admins: null,
    });
  });

  test('a section or key without a value counts as left out', () => {
    const text = `${POLICY}calendar:\npolling:\n  usage_minutes:\ndetectors:\n  spend-spike:\n`;

    expect(policyOf(text).polling.usageMs).toBe(300_000);
  });

  test.each<[string, string, RegExp]>([
    [
      'a day that no month has',
      `${POLICY}rotation: { calendars: { production: { day: 'second tuseday' } } }\n`,
      /rotation.calendars.production.day is not a day of a month\. Write a day such as 'second tuesday'/,
    ],
    [
      'a freeze that ends before it begins',
      `${POLICY}rotation: { freezes: [{ from: 2027-01-04, to: 2026-12-18 }] }\n`,
      /rotation.freezes.0.to is before its beginning/,
    ],
    [
      'a holiday that no year has',
      `${POLICY}rotation: { holidays: ['02-30'] }\n`,
      /rotation.holidays.0 is not a day\. Write a day such as 2026-12-25/,
    ],
    [
      'a bare # is a comment',
      'channels:\n  alerts: #ai-keys\nroles: { admins: [U0123456789] }\n',
      /^policy.yml:2 channels.alerts is missing\. Write a channel in quotes/,
    ],
    [
      'a channel without #',
      'roles: { admins: [U012] }\nchannels:\n  alerts: ai-keys\n',
      /^policy.yml:3 channels.alerts is not written/,
    ],
    [
      'no admins',
      "channels: { alerts: '#a' }\nroles:\n  admins: []\n",
      /^policy.yml:3 roles.admins is too short\. Write a list of at least one/,
    ],
    [
      'a name as admin',
      "channels: { alerts: '#a' }\nroles:\n  admins:\n    - U0123\n    - '@anna'\n",
      /^policy.yml:5 roles.admins.1 is not written.*Slack member id/,
    ],
    [
      'a group as admin',
      "channels: { alerts: '#a' }\nroles: { admins: [S0123456789] }\n",
      /roles.admins.0 is not written/,
    ],
    [
      'an unknown section',
      `${POLICY}chanels: {}\n`,
      /^policy.yml:3 chanels is not a known key\. Did you mean channels\?/,
    ],
    [
      'an unknown key',
      `${POLICY}polling:\n  usage_minute: 5\n`,
      /^policy.yml:4 polling.usage_minute is not a known key\. Did you mean usage_minutes\?/,
    ],
    ['an unknown key far off', `${POLICY}calendar: { holidays: 1 }\n`, /Remove it; known here: timezone/],
    ['an unknown detector', `${POLICY}detectors: { spend-spikes: {} }\n`, /Did you mean spend-spike\?/],
    [
      'an unknown setting that the schema would drop',
      `${POLICY}detectors:\n  spend-spike: { ration: 5 }\n`,
      /^policy.yml:4 detectors.spend-spike.ration is not a known key\. Did you mean ratio\?/,
    ],
    [
      'an unknown setting that the schema refuses',
      `${POLICY}detectors:\n  off-hours: { zone: 5 }\n`,
      /^policy.yml:4 detectors.off-hours.zone is not a known key\. Did you mean zones\?/,
    ],
    [
      'a wrong setting',
      `${POLICY}detectors:\n  spend-spike:\n    ratio: 0\n`,
      /^policy.yml:5 detectors.spend-spike.ratio is too small\. Write at least 1\./,
    ],
    [
      'a setting of another type',
      `${POLICY}detectors: { spend-spike: { ratio: fast } }\n`,
      /should be a number\. Write a number\./,
    ],
    [
      'too many minutes',
      `${POLICY}polling: { usage_minutes: 61 }\n`,
      /too large\. Write a whole number of minutes from 1 to 60/,
    ],
    ['half a minute', `${POLICY}polling: { usage_minutes: 0.5 }\n`, /should be a whole number/],
    [
      'an unknown zone',
      `${POLICY}calendar: { timezone: Europe/Berlin2 }\n`,
      /not a known time zone\. Write a time zone such as/,
    ],
    ['an offset as zone', `${POLICY}calendar: { timezone: '+02:00' }\n`, /not a known time zone/],
    [
      'an unknown currency',
      `${POLICY}currency: { code: EURO, usd_rate: 1, date: 2026-01-01 }\n`,
      /currency.code is not a known currency/,
    ],
    ['a rate for dollars', `${POLICY}currency: { usd_rate: 0.9 }\n`, /currency.usd_rate is not 1 although/],
    [
      'a rate with a comma',
      `${POLICY}currency: { code: EUR, usd_rate: '0,92', date: 2026-08-01 }\n`,
      /usd_rate should be a number/,
    ],
    [
      'a day that does not exist',
      `${POLICY}currency: { code: EUR, usd_rate: 0.92, date: 2026-02-30 }\n`,
      /date is not a day/,
    ],
    ['a list in place of a section', `${POLICY}polling: [1]\n`, /^policy.yml:3 polling should be a section of keys/],
    ['a list in place of the file', '- a\n', /^policy.yml:1 should be a section of keys/],
    [
      'an unknown environment',
      `${POLICY}environments:\n  - match: x\n    environment: prod\n`,
      /^policy.yml:5 environments.0.environment .*production, staging or development/,
    ],
    [
      'a key of a rule',
      `${POLICY}environments:\n  - match: x\n    env: staging\n`,
      /environments.0.env is not a known key/,
    ],
    ['an owner by name', `${POLICY}owners:\n  x: anna\n`, /^policy.yml:4 owners.x is not written.*member id/],
    [
      'a bare star',
      `${POLICY}environments:\n  - match: *-ci\n    environment: staging\n`,
      /^policy.yml:4 has a bare \*\. Put a value/,
    ],
    ['a bare @', `${POLICY}owners: { x: @anna }\n`, /^policy.yml:3 is not readable YAML.*in quotes/],
    ['a key twice', `${POLICY}roles: {}\n`, /^policy.yml:3 is not readable YAML: Map keys must be unique\. Keep one/],
    ['a tab', 'channels:\n\talerts: x\n', /^policy.yml:2 is not readable YAML/],
    ['two documents', `${POLICY}---\na: 1\n`, /several documents/],
  ])('%s', (_, text, expected) => {
    expect(faultLines(text).join('\n')).toMatch(expected);
  });

  test('another currency needs rate and day, and both are told at once', () => {
    expect(faultLines(`${POLICY}currency: { code: EUR }\n`)).toEqual([
      expect.stringContaining('currency.usd_rate is missing'),
      expect.stringContaining('currency.date is missing'),
    ]);
  });

  test('all faults come at once, in the order of their lines, each once', () => {
    const text =
      'x: 1\nchannels: { alerts: 5 }\nroles: { admins: [] }\npolling:\n  usage_minutes: 0\ndetectors:\n  off-hours: { zone: 1 }\n';

    expect(faultLines(text).map((line) => line.split(' ')[0])).toEqual(
      [1, 2, 3, 5, 7].map((line) => `policy.yml:${line}`),
    );
  });

  test('a schema behind a transform is searched for unknown keys too', () => {
    const settings = z.object({ a: z.number().default(1) }).transform(({ a }) => a * 2);
    const result = parsePolicy(`${POLICY}detectors: { t: { b: 1 } }\n`, {
      file: 'p',
      detectors: [{ id: 't', settings }],
    });

    expect(result).toMatchObject({ ok: false, faults: [{ where: 'p:3 detectors.t.b' }] });
  });

  test('an unknown key that only the detector can see is told once', () => {
    const settings = z.union([z.strictObject({ a: z.number().optional() }), z.strictObject({ a: z.string() })]);
    const result = parsePolicy(`${POLICY}detectors: { t: { b: 1 } }\n`, {
      file: 'p',
      detectors: [{ id: 't', settings }],
    });

    expect(result).toMatchObject({ ok: false, faults: [{ where: expect.stringMatching(/^p:3 detectors\.t/) }] });
  });

  test('any text gives a policy or at least one fault, and never throws', () => {
    const piece = fc.constantFrom(
      'channels',
      'roles',
      ':',
      ' ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '*a',
      '&a',
      '!!str',
      '#',
      '"',
      'null',
      '__proto__',
      'U012',
      '1',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join('')),
      fc.json(),
    );

    fc.assert(
      fc.property(text, (yaml) => {
        const result = parse(yaml);
        return result.ok || result.faults.length > 0;
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  ['*-ci', 'staging-CI', true],
  ['*-ci', 'ci-staging', false],
  ['prod.api', 'prodxapi', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['**', '', true],
  ['(x', '(x', true],
])('pattern %s on %s: %s', (glob, text, expected) => {
  expect(globPattern(glob).test(text)).toBe(expected);
});
