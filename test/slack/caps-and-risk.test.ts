import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/domain/time.ts';
import { assertMessage } from '../../src/sandbox/slack/strictness/index.ts';
import { runDueActions } from '../../src/services/actions/execute-action.ts';
import { readDueLimits } from '../../src/services/limits/read-limits.ts';
import { pollUsage } from '../../src/services/usage/poll-usage.ts';
import type { Rendered } from '../../src/slack/views/blocks.ts';
import { type BenchOptions, later, present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { EXTRAS } from '../support/limits.ts';
import { limitsOf } from '../support/records.ts';
import { NOW } from './support/cards.ts';
import { ADMIN, type CommandBench, openCommandBench, PERSON } from './support/command-bench.ts';
import { seen } from './support/golden.ts';

const DOLLAR = 1_000_000;

/** Two keys of one workspace, $40 on each of three days; its limits read. */
async function benchOf(options: BenchOptions = {}, spendLimit: number | null = null): Promise<CommandBench> {
  const bench = openCommandBench({ extras: EXTRAS, ...options });
  bench.provider.put(fakeKey('key_1', { label: 'staging-ci' }), fakeKey('key_2', { label: 'staging-web' }));
  const rate = { id: 'r#tokens_per_minute', model: 'fake-1', kind: 'tokens_per_minute', value: 1_000_000 };
  bench.provider.limits.set(
    'ws_1',
    limitsOf({
      rateLimits: [rate],
      spendLimit: { availability: 'available', monthlyMicroUsd: spendLimit, enforcing: null },
    }),
  );
  bench.provider.use = [1, 2, 3].map((day) => ({ keyId: 'key_1', at: NOW - day * DAY_MS, tokens: 40 * DOLLAR }));
  await bench.sync();
  await pollUsage(bench.deps, bench.provider.port);
  await readDueLimits(bench.deps);
  return bench;
}

function said(rendered: Rendered | null): string {
  assertMessage(present(rendered));
  return seen(present(rendered));
}

/** The value of the first button of that name, wherever it stands. */
function buttonOf(rendered: Rendered | null, actionId: string): string {
  const found: string[] = [];
  JSON.parse(JSON.stringify(rendered?.blocks), (_key, value: { action_id?: string; value?: string } | null) => {
    if (value?.action_id === actionId && value.value !== undefined) found.push(value.value);
    return value;
  });
  return present(found[0]);
}

describe('/keys caps', () => {
  test('shows present against proposed, and Apply sets the provider’s cap with whom else it hits', async () => {
    const bench = await benchOf();
    const listed = await bench.run('caps');
    expect(said(listed)).toContain('proposed for the whole workspace: $200 a month: 1.5 times the $120 of');

    await bench.click('cap_apply', buttonOf(listed, 'cap_apply'));
    const page = JSON.stringify(bench.views.at(-1));
    expect(page).toContain('The cap holds for every key of the workspace');
    expect(page).toContain('"initial_value":"200"');
    await bench.submit({ amount: '200', reason: 'as proposed' });
    await runDueActions(bench.deps);

    expect(bench.provider.limits.get('ws_1')?.spendLimit.monthlyMicroUsd).toBe(200 * DOLLAR);
    expect(said(await bench.run('caps'))).toContain('as proposed for the whole workspace');
  });

  test('sets Keysteward’s own cap where the provider’s cannot be set from here', async () => {
    const bench = await benchOf({ extras: ['readLimits'] });

    await bench.click('cap_apply', buttonOf(await bench.run('caps ci'), 'cap_apply'));
    await bench.submit({ amount: '250' });

    expect(await bench.lineageOf('key_1')).toMatchObject({ capMicroUsd: 250 * DOLLAR, capSource: 'slack' });
    expect(bench.audit().at(-1)).toMatchObject({
      verb: 'lineage.cap.changed',
      detail: { from: null, to: 250 * DOLLAR },
    });
  });

  test('lets nobody set a cap who may not', async () => {
    const bench = await benchOf({ extras: ['readLimits'] });

    await bench.click('cap_apply', buttonOf(await bench.run('caps ci'), 'cap_apply'), PERSON).catch(() => null);

    expect(JSON.stringify(bench.views.at(-1))).not.toContain('initial_value');
    expect((await bench.lineageOf('key_1')).capMicroUsd).toBeNull();
  });

  test('tells a cap of policy, and /keys cap goes before it and back to it', async () => {
    const bench = await benchOf({
      policy: "caps: { monthly: [{ match: 'staging-*', monthly_usd: 300, enforce: true }] }",
    });

    expect(said(await bench.run('cap staging-ci'))).toContain('$300 a month. It has spent');
    expect(said(await bench.run('caps ci'))).toContain('own cap $300 a month (from policy)');
    expect(said(await bench.run('cap staging-ci 400'))).toContain('$400 a month now; it was $300 a month');
    expect(said(await bench.run('cap staging-ci none', ADMIN))).toContain('is none now');
    expect(said(await bench.run('cap staging-ci policy'))).toContain('$300 a month now; it was none');
    expect(await bench.lineageOf('key_1')).toMatchObject({ capMicroUsd: null, capSource: null });
  });
});

describe('/keys blast-radius', () => {
  test('lists what each key could cost, counts what they share once, and offers the change that helps most', async () => {
    const bench = await benchOf();
    const found = await bench.run('blast-radius');

    // A million tokens a minute at a dollar a million, for 2,880 minutes.
    expect(said(found)).toContain('2 keys have no cap that stops them: if leaked, in theory up to $2,900 in 48 hours');
    expect(said(found)).toContain(
      'staging-ci · no cap: its rate limits alone allow up to $2,900 in 48 hours · nothing stops it by itself',
    );
    expect(said(found)).toContain('cap the project or workspace of staging-ci at $200 a month');
    await bench.click('cap_apply', buttonOf(found, 'cap_apply'));
    expect(JSON.stringify(bench.views.at(-1))).toContain('"initial_value":"200"');
  });

  test('is bounded by the cap of the workspace, and says what stops it', async () => {
    const bench = await benchOf({}, 500 * DOLLAR);

    // What is left of the 500 after 120, and a quarter of an hour at 60 dollars.
    expect(said(await bench.run('blast-radius'))).toContain(
      '$395 in 48 hours, by the provider’s cap · the provider’s cap stops it',
    );
  });
});

describe('/keys score', () => {
  test('says where the points went and what gives them back; giving a key to somebody does', async () => {
    const bench = await benchOf();
    const before = said(await bench.run('score'));
    expect(before).toContain('staging-ci has no owner: /keys owner staging-ci @somebody');
    const points = (text: string) => Number(/score[^:]*: (\d+) of 100/.exec(text)?.[1]);

    await bench.run(`owner staging-ci <@${PERSON}>`);
    later(bench, 2 * HOUR_MS);

    const after = said(await bench.run('score'));
    expect(points(after)).toBeGreaterThan(points(before));
    expect(said(await bench.run(`score <@${PERSON}>`))).toContain('Keys that nobody owns count for everybody');
    expect(said(await bench.run('score owned'))).toContain('staging-web');
  });
});

test('/keys show answers the three questions of an audit', async () => {
  const bench = await benchOf();

  const card = said(await bench.run('show staging-ci'));

  expect(card).toContain('Blast radius no cap: its rate limits alone allow up to $2,900 in 48 hours');
  expect(card).toMatch(
    /Who would notice @ana · in #ai-keys · within \d+ minutes · while nobody answers: responders after/,
  );
  expect(card).toContain('it has no owner who could say whether it was them');
});
