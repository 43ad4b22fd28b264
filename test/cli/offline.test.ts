import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { keysteward } from '../support/command-line.ts';
import { temporaryFolder } from '../support/store.ts';
import { REQUEST_HEADER, USAGE_HEADER } from './data/support.ts';

const SLOW = { timeout: 120_000 };
const START = Date.UTC(2026, 2, 1) / 1_000;
const QUARTER = 900;
const DAY = 86_400;

/** Whole keys, put together here so that no scanner takes this file for a leak. */
const WHOLE_KEY = ['sk', '-proj-', 'Ab3dEf7hJk9mNp2q'.repeat(3), '9f2a'].join('');

/** A week at $0.20 an hour; from noon of the last day on $40 an hour for two hours. */
function leak(key: string): readonly string[] {
  const burst = START + 6 * DAY + DAY / 2;
  return Array.from({ length: 7 * 96 }, (_, index) => {
    const start = START + index * QUARTER;
    const cost = start >= burst && start < burst + 7_200 ? 10 : 0.05;
    return `${key},${start},${QUARTER},gpt-4o,completions,5,1000,0,100,${cost}`;
  });
}

function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

describe('keysteward backtest', () => {
  test('says what would have been told when, alone on stdout', SLOW, () => {
    const content = [USAGE_HEADER, ...leak('prod'), 'nonsense', ...leak(WHOLE_KEY)].join('\n');
    const folder = folderWith({ 'usage.csv.gz': gzipSync(content) });

    const { status, stdout, stderr } = keysteward(folder, 'backtest', 'usage.csv.gz', '--profile', 'strict', '--json');

    expect(status).toBe(0);
    expect(stderr).toBe(
      'usage.csv.gz: line 674: has 1 columns instead of 10\nusage.csv.gz: 1 bad line left out, 1,344 lines read.\n',
    );
    const told: Record<string, unknown>[] = JSON.parse(stdout);
    const acceleration = told.filter(({ kind }) => kind === 'spend-acceleration');
    expect(acceleration).toHaveLength(2);
    expect(acceleration[0]).toEqual({
      key: 'prod',
      kind: 'spend-acceleration',
      severity: expect.stringMatching(/^(high|critical)$/),
      // The bucket from 12:00 to 12:15 is published at 12:20, which is when a poll comes by.
      at: '2026-03-07T12:20:00.000Z',
      until: expect.stringMatching(/^2026-03-07T1[3-5]:/),
      costAtAlertUsd: expect.any(Number),
      reason: expect.stringContaining('a usual hour is $0.20'),
    });
    expect(acceleration[1]).toMatchObject({ key: 'sk-proj-…9f2a', at: '2026-03-07T12:20:00.000Z' });
    expect(stdout + stderr).not.toContain('Ab3dEf7h');
    const order = told.map(({ at, key, kind }) => `${at} ${key} ${kind}`);
    expect(order).toEqual([...order].sort());
  });

  test('polls that are rarer and data that is later tell later', SLOW, () => {
    const folder = folderWith({ 'usage.csv': [USAGE_HEADER, ...leak('prod')].join('\n') });
    const args = ['--poll-minutes', '30', '--lag-minutes', '20', '--profile', 'strict', '--json'];

    const told: Record<string, unknown>[] = JSON.parse(keysteward(folder, 'backtest', 'usage.csv', ...args).stdout);

    expect(told.find(({ kind }) => kind === 'spend-acceleration')).toMatchObject({ at: '2026-03-07T13:00:00.000Z' });
  });

  test('people get a table and the sum of it, beside another factor', SLOW, () => {
    const folder = folderWith({ 'usage.csv': [USAGE_HEADER, ...leak('prod')].join('\n') });

    const { status, stdout, stderr } = keysteward(folder, 'backtest', 'usage.csv');

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^told +severity +key +gone by then +what\n/);
    expect(stdout).toMatch(/\n2026-03-07 12:20 UTC +(high|critical) +prod +\$\d+ +is spending /);
    expect(stdout).toMatch(
      /\nOver 7 days and 1 key these rules would have alerted (once|\d+ times) \(.*\); with factor 8: (once|\d+ times) \(.*\)\.\n$/,
    );
  });

  test('requests are taken as well, and what has no cost is priced', SLOW, () => {
    const lines = Array.from({ length: 300 }, (_, index) => {
      const timestamp = new Date((START + index * 10) * 1_000).toISOString();
      return JSON.stringify({
        timestamp,
        api_key: 'prod',
        model: index < 150 ? 'gpt-4o' : 'gpt-99-mega',
        input_tokens: 100_000,
      });
    });
    const folder = folderWith({ 'log.jsonl': lines.join('\n') });

    const { status, stdout, stderr } = keysteward(folder, 'backtest', 'log.jsonl', '--json');

    expect(status).toBe(0);
    expect(stderr).toMatch(/^gpt-99-mega has no price; taken for \S+ \(150 lines\)\.\nPrices of your own: --policy/);
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ key: 'prod', kind: 'spend-acceleration' }));
  });

  test('a policy brings its prices and settings', SLOW, () => {
    const policy = `channels: { alerts: '#ai-keys' }
roles: { admins: [U0ADMIN] }
prices: [{ model: gpt-4o, input_usd: 1, output_usd: 1 }]
detectors: { spend-acceleration: { floor_usd: 10000 }, cost-spike: { floor_usd: 10000 } }
`;
    const rows = leak('prod').map((line) => line.replace(/,[\d.]+$/, ','));
    const folder = folderWith({
      'usage.csv': [USAGE_HEADER, ...rows].join('\n'),
      'policy.yml': policy,
      'bad.yml': 'x: 1',
    });

    expect(keysteward(folder, 'backtest', 'usage.csv', '--policy', 'policy.yml', '--json')).toEqual({
      status: 0,
      stdout: '[]\n',
      stderr: '',
    });
    expect(keysteward(folder, 'backtest', 'usage.csv', '--policy', 'bad.yml')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('bad.yml'),
    });
  });

  test('nothing to tell is no error', SLOW, () => {
    const folder = folderWith({
      'usage.csv': [USAGE_HEADER, 'prod,1772323200,900,gpt-4o,completions,1,1,0,1,0.01'].join('\n'),
    });

    expect(keysteward(folder, 'backtest', 'usage.csv')).toEqual({
      status: 0,
      stdout: 'Over 1 day and 1 key these rules would have alerted never; with factor 8: never.\n',
      stderr: '',
    });
  });

  test.each([
    [['backtest', 'missing.csv'], 1, 'There is no such file: missing.csv\n'],
    [['backtest', 'empty.csv'], 1, 'There is no good line in empty.csv: it is empty.\n'],
    [['backtest'], 2, "error: missing required argument 'file'. keysteward backtest takes <file>, --profile"],
    [['backtest', 'empty.csv', '--profile', 'loose'], 2, "'loose' is invalid. Allowed choices are balanced, strict."],
    [['backtest', 'empty.csv', '--poll-minutes', '0'], 2, 'Give a whole number from 1'],
    [['analyze', '--history', 'empty.csv'], 2, "required option '--records <file>' not specified"],
    [['analyze', '--history', 'empty.csv', '--records', 'empty.csv'], 1, 'There is no good line in empty.csv'],
  ])('%j is refused', SLOW, (args, status, problem) => {
    const folder = folderWith({ 'empty.csv': `${USAGE_HEADER}\n` });

    expect(keysteward(folder, ...args)).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(problem) });
  });
});

describe('keysteward analyze', () => {
  const line = (timestamp: string, fields: { model?: string; ip?: string; cost?: number; key?: string } = {}) =>
    `${timestamp},${fields.key ?? 'prod'},${fields.model ?? 'gpt-4o'},10,10,completions,${fields.ip ?? '10.0.0.1'},curl,200,${fields.cost ?? 1}`;
  const history = [REQUEST_HEADER, ...['01', '02', '03'].map((day) => line(`2026-03-${day}T12:00:00Z`))].join('\n');
  const records = [
    REQUEST_HEADER,
    line('2026-03-04T13:00:00Z', { cost: 11 }),
    line('2026-03-04T12:00:00Z', { model: 'o9', ip: '203.0.113.9' }),
    line('2026-03-04T12:00:00Z', { key: WHOLE_KEY, cost: 4 }),
  ].join('\n');
  const files = { 'history.csv': history, 'records.csv': gzipSync(records) };
  const args = ['analyze', '--history', 'history.csv', '--records', 'records.csv'];

  test('says what is out of the way, by time', SLOW, () => {
    const { status, stdout, stderr } = keysteward(folderWith(files), ...args, '--profile', 'strict', '--json');

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const found: Record<string, unknown>[] = JSON.parse(stdout);
    expect(found.map(({ kind, severity, at }) => [kind, severity, at])).toEqual([
      ['unknown-address', 'high', '2026-03-04T12:00:00.000Z'],
      ['unknown-model', 'high', '2026-03-04T12:00:00.000Z'],
      ['billing-threshold', 'high', '2026-03-04T13:00:00.000Z'],
      ['cost-spike', 'critical', '2026-03-04T13:00:00.000Z'],
      ['off-hours', 'medium', '2026-03-04T13:00:00.000Z'],
      ['spend-acceleration', 'high', '2026-03-04T13:00:00.000Z'],
    ]);
    expect(found[3]).toEqual({
      key: 'prod',
      kind: 'cost-spike',
      severity: 'critical',
      day: '2026-03-04',
      at: '2026-03-04T13:00:00.000Z',
      evidence: { costUsd: 12, averageUsd: 1, thresholdUsd: 10 },
    });
    expect(stdout).not.toContain('Ab3dEf7h');
  });

  test('people get a table', SLOW, () => {
    const { status, stdout } = keysteward(folderWith(files), ...args);

    expect(status).toBe(0);
    // In balanced a day of $12 can wait.
    expect(stdout).toMatch(
      /2026-03-04 13:00 UTC {2}medium {2,}prod {2}\$12 in a day; an average day is \$1\.00; held back: [^\n]+\n/,
    );
    expect(stdout).toContain('called from 203.0.113.9, which is new');
    expect(stdout).toMatch(/\n6 findings in the records of 2 keys\. The history says nothing of 1 key, so [^\n]+\n$/);
  });
});
