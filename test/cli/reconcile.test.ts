import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { CostLine } from '../../src/domain/reconciliation.ts';
import { Secret } from '../../src/domain/secret.ts';
import { DAY_MS, HOUR_MS } from '../../src/domain/time.ts';
import { hmacHex } from '../../src/system/installation-secret.ts';
import { type Reply, startLoopback } from '../providers/support/loopback.ts';
import { KEYSTEWARD } from '../support/program.ts';
import { insertKey, keyOf, lineageOf } from '../support/records.ts';
import { openTestStore, temporaryFolder } from '../support/store.ts';

// Each command is a process of its own, on a machine that does other things as well.
vi.setConfig({ testTimeout: 120_000 });

const SECRET = 'ab'.repeat(32);
const USD = 1_000_000;
const NOV_20 = Date.UTC(2026, 10, 20);

test('what is stored is shown as a table and as JSON, and nobody is asked', async () => {
  const { folder, store } = await installation();
  const line = (keyId: string, theirs: number, ours: number | null, dayAt = NOV_20): CostLine => ({
    dayAt,
    scopeId: 'proj_1',
    keyId,
    providerMicroUsd: theirs * USD,
    ownMicroUsd: ours === null ? null : ours * USD,
    estimatedMicroUsd: 0,
    hasUnpriced: false,
  });
  await store.write(async (tx) => {
    const scope = { id: 'proj_1', kind: 'project', name: 'Production', archived: false } as const;
    await tx.scopes.upsert({ ...scope, connectionId: 'openai', providerId: 'openai', lastSeenAt: NOV_20 });
    const lines = [line('key_1', 443, 412), line('unknown:key_x', 7, 0), line('key_1', 10, null, NOV_20 + DAY_MS)];
    const range = { from: NOV_20, to: NOV_20 + 2 * DAY_MS };
    await tx.dayCosts.replaceDays('openai', range, { lines, at: NOV_20 });
    await tx.costReads.put({
      connectionId: 'openai',
      availability: 'available',
      perKey: true,
      readAt: NOV_20 + 2 * DAY_MS,
      fromAt: NOV_20,
      untilAt: NOV_20 + 2 * DAY_MS,
      isHistoryDone: true,
      settledUntil: NOV_20 + DAY_MS + HOUR_MS,
      failingSince: null,
      problem: null,
    });
  });

  const table = await keysteward(folder, ['reconcile', '--stored']);
  const json = await keysteward(folder, ['reconcile', '--stored', '--json', '--days', '2']);
  const unconfigured = await keysteward(folder, ['reconcile']);

  expect(table).toMatchObject({ status: 0, stderr: '' });
  expect(table.stdout.split('\n').map((row) => row.replace(/ {2,}/g, ' | '))).toEqual([
    'connection | day | scope | key | theirs | ours | error | shadow',
    'openai | 2026-11-21 * | (all) | $10.00 | ? | $0.00',
    'openai | 2026-11-21 * | Production | $10.00 | ?',
    'openai | 2026-11-21 * | Production | prod-api | $10.00 | ?',
    'openai | 2026-11-20 | (all) | $450.00 | $412.00 | -8.4 % ! | $7.00',
    'openai | 2026-11-20 | Production | $450.00 | $412.00 | -8.4 % !',
    'openai | 2026-11-20 | Production | prod-api | $443.00 | $412.00 | -7 % !',
    'openai | 2026-11-20 | Production | (not in the inventory) key_x | $7.00 | $0.00 | -100 % !',
    '',
    'openai: * is not settled, the provider may still change it.',
    '',
    'Off by more than 5 %: openai 2026-11-20. See docs/operations.md.',
    '',
  ]);
  expect(json).toMatchObject({ status: 0, stderr: '' });
  expect(JSON.parse(json.stdout)).toMatchObject({
    drift: true,
    connections: [
      {
        connectionId: 'openai',
        availability: 'available',
        perKey: true,
        settledUntil: '2026-11-21T01:00:00.000Z',
        days: [
          { day: '2026-11-21', settled: false, ownMicroUsd: null, errorShare: null, verdict: 'not_compared' },
          {
            day: '2026-11-20',
            settled: true,
            providerMicroUsd: 450 * USD,
            ownMicroUsd: 412 * USD,
            errorMicroUsd: -38 * USD,
            errorShare: -38 / 450,
            shadowMicroUsd: 7 * USD,
            verdict: 'drifts',
            scopes: [{ scopeId: 'proj_1', scope: 'Production', verdict: 'drifts' }],
            keys: [
              { key: 'prod-api', keyId: 'key_1', kind: 'key', scope: 'Production' },
              { key: 'key_x', kind: 'unknown_key' },
            ],
          },
        ],
      },
    ],
    outcomes: [],
  });
  expect(unconfigured).toMatchObject({ status: 1, stdout: '' });
  expect(unconfigured.stderr).toContain('keysteward reconcile --stored');
  expect(unconfigured.stderr).toContain('SLACK_BOT_TOKEN');
});

test('the provider is read now, beside a store that is open, and what was read is kept', async () => {
  const { folder, store } = await installation();
  await store.write(async (tx) => {
    await tx.inventoryReads.put({
      connectionId: 'openai',
      readAt: 1,
      failingSince: null,
      missedReads: 0,
      problem: null,
    });
    const unseen = { newestUsageAt: null, failingSince: null, missedPolls: 0, problem: null };
    await tx.watermarks.put({ connectionId: 'openai', polledAt: 1, ...unseen });
  });
  let answer: (start: number) => Reply = costsOf('12.50');
  const server = await startLoopback(({ query }) => answer(Number(query.get('start_time'))));
  onTestFinished(() => server.close());
  const env = {
    SLACK_BOT_TOKEN: 'xoxb-for-a-test',
    SLACK_APP_TOKEN: 'xapp-for-a-test',
    OPENAI_ADMIN_KEY: 'sk-admin-for-a-test',
    OPENAI_BASE_URL: `${server.origin}/v1`,
  };
  writeFileSync(join(folder, 'policy.yml'), "channels: { alerts: '#ai-keys' }\nroles: { admins: [U0ADMIN] }\n");

  const read = await keysteward(folder, ['reconcile', '--days', '2'], env);
  answer = () => ({ status: 500, json: {} });
  const failed = await keysteward(folder, ['reconcile', '--days', '2', '--json'], env);

  expect(read).toMatchObject({ status: 0, stderr: '' });
  expect(read.stdout).toMatch(/openai +[\d-]+ \* +proj_1 +prod-api +\$12\.50 +\?/);
  expect(server.requests.map(({ path }) => path)).toEqual(['/v1/organization/costs', '/v1/organization/costs']);
  expect(failed.status).toBe(1);
  expect(failed.stderr).toMatch(/^openai: \S/m);
  expect(JSON.parse(failed.stdout)).toMatchObject({
    connections: [{ problem: expect.any(String) }],
    outcomes: [{ connectionId: 'openai', outcome: 'failed', problem: expect.any(String) }],
  });
  expect(`${read.stdout}${failed.stdout}${failed.stderr}`).not.toContain('sk-admin-for-a-test');
  expect(await store.read.costReads.get('openai')).toMatchObject({
    isHistoryDone: false,
    failingSince: expect.any(Number),
  });
});

/** Yesterday's costs of one key. */
function costsOf(usd: string): (start: number) => Reply {
  return (start) => {
    const begins = start + DAY_MS / 1_000;
    const row = { object: 'organization.costs.result', amount: { value: usd, currency: 'usd' }, line_item: null };
    const results = [{ ...row, project_id: 'proj_1', api_key_id: 'provider-key_1' }];
    const bucket = { object: 'bucket', start_time: begins, end_time: begins + DAY_MS / 1_000, results };
    return { status: 200, json: { object: 'page', data: [bucket], has_more: false, next_page: null } };
  };
}

async function installation() {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'installation.secret'), `${SECRET}\n`, { mode: 0o600 });
  const secret = new Secret(SECRET);
  const { store } = openTestStore({ path: join(folder, 'data.db'), sign: (text) => hmacHex(secret, text) });
  const key = keyOf({ connectionId: 'openai' });
  await insertKey(store, key);
  await store.write((tx) => tx.lineages.update(lineageOf({ id: key.lineageId, slug: 'prod-api' })));
  return { folder, store };
}

/** The command as a person runs it, in a folder of its own and without this machine's environment. */
async function keysteward(folder: string, args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const env = { PATH: process.env['PATH'], HOME: folder, KEYSTEWARD_DATABASE: './data.db', ...more };
  const child = spawn(process.execPath, [...KEYSTEWARD, ...args], { cwd: folder, env });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (bytes: Buffer) => {
      texts[name] += bytes.toString();
    });
  }
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, ...texts };
}
