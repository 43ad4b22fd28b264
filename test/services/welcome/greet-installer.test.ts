import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { readInventory } from '../../../src/services/inventory/read-inventory.ts';
import { backfillHistory } from '../../../src/services/usage/backfill-history.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { greetInstaller, isGreeted } from '../../../src/services/welcome/greet-installer.ts';
import { outboxRenderers } from '../../../src/slack/outbox-renderers.ts';
import { type Bench, later, member, openBench, present } from '../../support/bench-deps.ts';
import { failing, fakeKey } from '../../support/fake-provider.ts';

const LOCALE = { currency: { code: 'USD', usdRate: 1 }, timezone: 'UTC' };

function bench(): Bench {
  const opened = openBench({ title: 'Fake AI' });
  opened.people.push(member('U0ADMIN'));
  opened.provider.put(fakeKey('apikey_1', { label: 'one' }), fakeKey('apikey_2', { label: 'two' }));
  return opened;
}

async function readAll({ deps, provider }: Bench): Promise<void> {
  await readInventory(deps, provider.port);
  await pollUsage(deps, provider.port);
  await backfillHistory(deps, provider.port);
}

/** The messages on their way, as they will read. */
async function messages({ deps, outbox }: Bench): Promise<readonly string[]> {
  const renderer = present(outboxRenderers.find(({ kind }) => kind === 'notice_to'));
  const rows = outbox().filter((row) => row.startsWith('notice_to'));
  return Promise.all(
    rows.map(async (row) => {
      const draft = present(await renderer.render({ deps, locale: LOCALE }, row.split(' ')[1] ?? ''));
      return `${draft.channel}: ${draft.text}`;
    }),
  );
}

describe('the first contact', () => {
  test('waits for the first reads, and is made once with what they brought', async () => {
    const one = bench();
    await greetInstaller(one.deps);
    expect(await messages(one)).toEqual([]);

    await readAll(one);
    await greetInstaller(one.deps);
    await greetInstaller(one.deps);

    const said = await messages(one);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('U0ADMIN: Hello, this is Keysteward.');
    expect(said[0]).toContain('Fake AI');
    expect(said[0]).toContain('2 keys in all, 2 keys without an owner, 2 without traffic for 30 days.');
    expect(await isGreeted(one.deps)).toBe(true);
  });

  test('is not made twice by two that look at the same time', async () => {
    const one = bench();
    await readAll(one);
    await Promise.all([greetInstaller(one.deps), greetInstaller(one.deps)]);

    expect(await messages(one)).toHaveLength(1);
  });

  test('says what could not be read, once that has failed a few times', async () => {
    const one = bench();
    one.provider.script('listKeys', ...Array.from({ length: 3 }, () => failing('provider_auth')));
    for (let read = 0; read < 3; read += 1) await readInventory(one.deps, one.provider.port).catch(() => null);
    await pollUsage(one.deps, one.provider.port);
    await greetInstaller(one.deps);

    expect((await messages(one))[0]).toContain('the key list could not be read yet');
  });

  test('does not wait for ever', async () => {
    const one = bench();
    await readInventory(one.deps, one.provider.port);
    await greetInstaller(one.deps);
    later(one, 6 * HOUR_MS - MINUTE_MS);
    await greetInstaller(one.deps);
    expect(await messages(one)).toEqual([]);

    later(one, MINUTE_MS);
    await greetInstaller(one.deps);
    expect((await messages(one))[0]).toContain('the usage could not be read yet');
  });

  test('goes to an admin who is there, and waits while there is none', async () => {
    const one = bench();
    await one.store.write((tx) =>
      tx.members.upsert({ ...member('U0ADMIN', { isActiveFullMember: false }), lastSeenAt: 1 }),
    );
    await readAll(one);
    await greetInstaller(one.deps);

    expect(await messages(one)).toEqual([]);
    expect(await isGreeted(one.deps)).toBe(false);
  });

  test('without any connection is not made', async () => {
    const one = bench();
    one.disconnect(one.provider.port.connectionId);
    await greetInstaller(one.deps);

    expect(one.outbox()).toEqual([]);
    expect(await one.store.read.notices.allOpen('welcome')).toEqual([]);
  });
});
