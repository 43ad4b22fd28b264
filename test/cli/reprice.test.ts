import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { hmacHex } from '../../src/system/installation-secret.ts';
import { leaseHolder } from '../../src/system/lease-holder.ts';
import { keysteward } from '../support/command-line.ts';
import { usageOf } from '../support/records.ts';
import { openTestStore, temporaryFolder } from '../support/store.ts';

const SECRET = 'ab'.repeat(32);
const DAY = Date.UTC(2026, 7, 3);
const TOKENS = { uncachedInput: 1_000_000, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 };

test('new prices of policy reach what is stored, beside a running bot', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  const store = await installation(folder);
  await store.takeLease({ holder: leaseHolder, now: Date.now(), lengthMs: 60_000, mayRun: () => true });

  const dry = keysteward(folder, 'reprice', '--dry-run');
  const done = keysteward(folder, 'reprice', '--from', '2026-08-03', '--to', '2026-08-03', '--json');
  const again = keysteward(folder, 'reprice');

  expect(dry).toMatchObject({ status: 0, stderr: '' });
  expect(dry.stdout).toMatch(
    /^Would price 1 of 1 row again with genai-prices .*, policy [0-9a-f]{8}; amounts in EUR at 0\.5 for \$1 \(2026-08-01\):\n/,
  );
  expect(dry.stdout).toContain(
    '  claude-xyz-9 (messages): €0.50 → €3.50\n  in sum: €0.50 → €3.50\nNothing was changed.\n',
  );
  expect(JSON.parse(done.stdout)).toMatchObject({ rows: 1, changed: 1, beforeMicroUsd: 1e6, afterMicroUsd: 7e6 });
  expect(again.stdout).toMatch(/^0 rows looked at; all are priced with .* already\.\n$/);
  expect(await store.read.usage.costPerKey({ from: DAY, to: DAY + 1 })).toEqual(new Map([['key_1', 7_000_000]]));
});

test.each([
  [['--from', '2026-02-30'], 2, 'Give a day such as 2026-08-01.'],
  [['--from', '2026-08-03', '--to', '2026-08-02'], 1, '--to is before --from'],
  [['--provider', 'opnai'], 1, 'There is no usage of opnai. Known: anthropic:acme.'],
])('reprice %j is refused', { timeout: 60_000 }, async (args, status, problem) => {
  const folder = temporaryFolder();
  await installation(folder);

  expect(keysteward(folder, 'reprice', ...args)).toMatchObject({ status, stderr: expect.stringContaining(problem) });
});

async function installation(folder: string) {
  writeFileSync(join(folder, 'installation.secret'), `${SECRET}\n`, { mode: 0o600 });
  writeFileSync(
    join(folder, 'policy.yml'),
    `channels: { alerts: '#ai-keys' }
roles: { admins: [U0ADMIN] }
currency: { code: EUR, usd_rate: 0.5, date: 2026-08-01 }
prices: [{ model: claude-xyz-9, provider: anthropic, input_usd: 7, output_usd: 9 }]
`,
  );
  const secret = new Secret(SECRET);
  const { store } = openTestStore({ path: join(folder, 'data.db'), sign: (text) => hmacHex(secret, text) });
  const connectionId = 'anthropic:acme';
  const row = usageOf({ connectionId, model: 'claude-xyz-9', endpoint: 'messages', startAt: DAY, tokens: TOKENS });
  await store.write(async (tx) => {
    await tx.usage.replaceWindow(connectionId, { from: 0, to: DAY + 1 }, [{ ...row, costMicroUsd: 1_000_000 }]);
    await tx.watermarks.put({
      connectionId,
      polledAt: DAY,
      newestUsageAt: DAY,
      failingSince: null,
      missedPolls: 0,
      problem: null,
    });
  });
  return store;
}
