import { expect, test } from 'vitest';
import { DAY_MS } from '../../../src/domain/time.ts';
import { expiringAdminKeys, warnOfExpiry } from '../../../src/services/inventory/admin-key-expiry.ts';
import { member, NOON, openBench } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { sendAll } from '../../support/sent.ts';

const ROLES = 'roles: { admins: [U0ADMIN, U0ZOE] }';
const END = NOON + 20 * DAY_MS;

async function adminBench(policy = '') {
  const bench = openBench({ roles: ROLES, policy });
  bench.people.push(member('U0ADMIN'), member('U0ZOE'));
  bench.provider.put(
    fakeKey('admin_1', { kind: 'admin', label: 'keysteward <read>', expiresAt: END }),
    fakeKey('key_1', { expiresAt: NOON + DAY_MS }),
  );
  await bench.sync();
  return bench;
}

test('admins are told 14 and 3 days before an admin key expires, once each, whatever starts again', async () => {
  const bench = await adminBench();
  const told: string[] = [];
  for (let hour = 0; hour < 22 * 24; hour += 8) {
    bench.clock.jumpTo(NOON + hour * 3_600_000);
    await warnOfExpiry(bench.deps);
    await warnOfExpiry(bench.deps);
    for (const { draft } of await sendAll(bench)) {
      told.push(`${Math.floor(hour / 24)} ${draft.channel}`);
      expect(draft.text).toContain('keysteward &lt;read&gt;');
    }
  }

  expect(told).toEqual(['6 U0ADMIN', '6 U0ZOE', '17 U0ADMIN', '17 U0ZOE']);
  // It is over, and stays in the status until it is replaced.
  expect(await expiringAdminKeys(bench.deps)).toHaveLength(1);
});

test('a key that is first seen two days before its end is told of once', async () => {
  const bench = await adminBench();
  bench.clock.jumpTo(END - 2 * DAY_MS);
  await warnOfExpiry(bench.deps);

  expect((await sendAll(bench)).map(({ draft }) => draft.channel)).toEqual(['U0ADMIN', 'U0ZOE']);
});

test('where the provider does not say it, policy’s day counts; another connection’s does not', async () => {
  const bench = await adminBench(
    'admin_keys: [{ connection: fake, expires: 2026-08-05 }, { connection: gone, expires: 2026-08-05 }]',
  );
  await warnOfExpiry(bench.deps);

  const sent = await sendAll(bench);
  expect(sent).toHaveLength(2);
  expect(sent[0]?.draft.text).toContain('The admin key of Fake AI');
});

test('a warning is not sent any more when the key was replaced', async () => {
  const bench = await adminBench();
  bench.clock.jumpTo(END - 13 * DAY_MS);
  await warnOfExpiry(bench.deps);
  bench.provider.change('admin_1', { expiresAt: null });
  await bench.sync();

  expect(await sendAll(bench)).toEqual([]);
});
