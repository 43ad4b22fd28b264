import { describe, expect, test } from 'vitest';
import type { Environment } from '../../src/domain/key.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { acknowledgeAlert } from '../../src/services/alerts/acknowledge-alert.ts';
import { recordFinding } from '../../src/services/alerts/record-finding.ts';
import { readBasis, readHome } from '../../src/services/home/read-home.ts';
import { endDueHolds } from '../../src/services/noise/holds.ts';
import { describeHold } from '../../src/services/noise/read-holds.ts';
import { describeRollUp } from '../../src/services/noise/roll-up.ts';
import { pollUsage } from '../../src/services/usage/poll-usage.ts';
import { alertRenderer } from '../../src/slack/alert-renderers.ts';
import { encodeButton } from '../../src/slack/button-value.ts';
import { holdMessage } from '../../src/slack/views/hold.ts';
import { rollUpView } from '../../src/slack/views/quiet-list.ts';
import { later, present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { alertOn, findingOf } from '../support/findings.ts';
import { ADA } from '../support/requests.ts';
import { LOCALE, NOW } from './support/cards.ts';
import { ADMIN, type CommandBench, openCommandBench, PERSON, RESPONDER } from './support/command-bench.ts';
import { expectMessage, expectView, seen, seenView } from './support/golden.ts';

const OWNER = 'U0OWNER';

async function openNoise(policy = ''): Promise<CommandBench> {
  const bench = openCommandBench({ policy });
  bench.provider.put(fakeKey('apikey_1', { label: 'staging-ci' }), fakeKey('apikey_2', { label: 'prod-api' }));
  await bench.sync();
  await owned(bench, 'apikey_1', 'staging');
  await owned(bench, 'apikey_2', 'production');
  const people = [ADMIN, RESPONDER, PERSON, OWNER].map((userId) => ({
    ...{ userId, teamId: 'T1', name: userId, email: null, timezone: 'Europe/Berlin', isActiveFullMember: true },
  }));
  bench.people.push(...people.filter(({ userId }) => userId === OWNER));
  await bench.store.write(async (tx) => {
    for (const one of people) await tx.members.upsert({ ...one, lastSeenAt: NOW });
  });
  return bench;
}

async function owned(bench: CommandBench, key: string, environment: Environment): Promise<void> {
  const lineage = await bench.lineageOf(key);
  const owner = { ownerSlackId: OWNER, ownerStanding: 'confirmed' } as const;
  await bench.store.write((tx) => tx.lineages.update({ ...lineage, environment, ...owner }));
}

async function said(bench: CommandBench, line: string, userId = RESPONDER): Promise<string> {
  return seen(present(await bench.run(line, userId)));
}

describe('/keys expect', () => {
  test('says back what was understood, in the zone of whoever typed it, and what it means', async () => {
    const bench = await openNoise();
    await alertOn(bench, 'apikey_1');

    // Saturday 02:20 UTC: 04:20 in Berlin.
    await expectMessage('expect-declared', present(await bench.run('expect staging-ci until 18:00 500 load test')));

    const [hold] = await bench.store.read.holds.open();
    expect(hold).toMatchObject({
      untilAt: Date.UTC(2026, 9, 17, 16),
      ceilingMicroUsd: 500_000_000,
      reason: 'load test',
    });
    await expectMessage('expect-list', present(await bench.run('expect')));
    expect(await said(bench, 'show staging-ci')).toMatch(
      /Expected until .+ · \$0 of \$500 spent so far · @ana · load test/,
    );
    expect(await said(bench, 'history staging-ci')).toContain('is expected to spend was declared');
  });

  test('is ended by its word, by its button, and not twice', async () => {
    const bench = await openNoise();
    await bench.run('expect staging-ci until 6h 500');
    expect(await said(bench, 'expect staging-ci end')).toContain(
      'The window for staging-ci is over: $0 of $500 spent.',
    );
    expect(await said(bench, 'expect staging-ci end')).toContain('nothing was changed');

    const declared = present(await bench.run('expect staging-ci until 6h 500'));
    const block = present(declared.blocks.find((one) => one.type === 'actions'));
    const value = present(
      block.type === 'actions' && block.elements[0]?.type === 'button' ? block.elements[0].value : null,
    );
    expect(seen(present(await bench.click('hold_end', value)))).toContain('is over');
    expect(await bench.store.read.holds.open()).toEqual([]);
    await expect(bench.click('hold_end', value, PERSON)).rejects.toMatchObject({ code: 'forbidden' });
  });

  test.each([
    ['expect staging-ci 500', 'until'],
    ['expect staging-ci until soon 500', 'Give a time such as'],
    ['expect staging-ci until 18:00 200 GBP', 'there is no rate for GBP'],
    ['expect staging-ci until 40d 500', '31 days are the most'],
    ['expect nothing-like-it until 18:00 5', 'No key is called'],
  ])('%s is asked back, and changes nothing', async (line, words) => {
    const bench = await openNoise();
    await expect(bench.run(line)).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) });
    expect(await bench.store.read.holds.open()).toEqual([]);
  });
});

describe('/keys mute', () => {
  test('names the rule as people know it, says what is not told then, and lists what is muted', async () => {
    const bench = await openNoise();

    await expectMessage('mute-set', present(await bench.run('mute staging-ci "Spend accelerates" 3d known batch')));
    await recordFinding(bench.deps, await findingOf(bench, 'apikey_1'));

    await expectMessage('mute-list', present(await bench.run('mute')));
    expect(await said(bench, 'mute staging-ci spend-acceleration end')).toContain('no longer muted for staging-ci');
  });

  test('says which rules there are where none is meant', async () => {
    const bench = await openNoise();
    await expect(bench.run('mute staging-ci nonsense 3d')).rejects.toMatchObject({
      publicMessage: expect.stringContaining('`spend-acceleration` (Spend accelerates)'),
    });
  });
});

describe('who may quiet what', () => {
  const WHO = [PERSON, OWNER, RESPONDER, ADMIN] as const;
  test.each([
    ['expect staging-ci until 6h 5', [OWNER, RESPONDER, ADMIN]],
    ['expect prod-api until 6h 5', [OWNER, RESPONDER, ADMIN]],
    ['mute staging-ci cap-threshold 3d', [OWNER, RESPONDER, ADMIN]],
    ['mute prod-api cap-threshold 3d', [RESPONDER, ADMIN]],
  ] as const)('%s: %j', async (line, allowed) => {
    for (const userId of WHO) {
      const bench = await openNoise();
      const done = await bench.run(line, userId).then(
        () => true,
        (error: { code?: string }) => {
          expect(error.code).toBe('forbidden');
          return false;
        },
      );
      expect([userId, done]).toEqual([userId, (allowed as readonly string[]).includes(userId)]);
      expect(await bench.store.read.holds.open()).toHaveLength(done ? 1 : 0);
    }
  });

  test('an owner whose claim nobody has confirmed may neither', async () => {
    const bench = await openNoise();
    const lineage = await bench.lineageOf('apikey_1');
    await bench.store.write((tx) => tx.lineages.update({ ...lineage, ownerStanding: 'claimed' }));
    await expect(bench.run('expect staging-ci until 6h 5', OWNER)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(bench.run('mute staging-ci cap-threshold 3d', OWNER)).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('an owner may unmute a production key, which protects it', async () => {
    const bench = await openNoise();
    await bench.run('mute prod-api cap-threshold 3d');
    expect(await said(bench, 'mute prod-api cap-threshold end', OWNER)).toContain('no longer muted');
  });
});

describe('Mute this rule…', () => {
  async function openModal(userId = RESPONDER, key = 'apikey_1') {
    const bench = await openNoise();
    const { id: alertId } = await alertOn(bench, key);
    const { id: keyId, generation } = await bench.keyOf(key);
    await bench.click('alert_mute', encodeButton({ alertId, keyId, generation }), userId);
    return { bench, alertId };
  }

  test('asks which rule, how long and why, and mutes it', async () => {
    const { bench } = await openModal();
    await expectView('modal-mute', present(bench.views.at(-1)));

    const page = await bench.submit({ rule: 'spend-acceleration', length: '7d', reason: 'known batch' });

    expect('blocks' in page ? seenView(page as never) : '').toContain('is muted for staging-ci until');
    expect(await bench.store.read.holds.open()).toMatchObject([
      { kind: 'mute', ruleId: 'spend-acceleration', untilAt: NOW + 7 * DAY_MS, reason: 'known batch' },
    ]);
  });

  test('needs a reason, and a rule and a length that were offered', async () => {
    const { bench } = await openModal();
    expect(await bench.submit({ rule: 'spend-acceleration', length: '7d', reason: ' ' })).toMatchObject({
      reason: expect.any(String),
    });
    expect(await bench.submit({ rule: 'spend-acceleration', length: '99d', reason: 'x' })).toMatchObject({
      length: expect.any(String),
    });
    await expect(bench.submit({ rule: 'cap-threshold', length: '7d', reason: 'x' })).rejects.toThrow('was not offered');
    expect(await bench.store.read.holds.open()).toEqual([]);
  });

  test('is refused to an owner where the key counts as production', async () => {
    const { bench } = await openModal(OWNER, 'apikey_2');
    expect(seenView(present(bench.views.at(-1)))).toContain('only a responder or an admin may mute a rule');
  });
});

test('what a window held back and beyond is told directly, and its end', async () => {
  const bench = await openNoise();
  await bench.run('expect staging-ci until 6h 5 load test');
  const spend = async (tokens: number) => {
    later(bench, 10 * MINUTE_MS);
    bench.provider.use.push({ keyId: 'apikey_1', at: bench.clock.now() - 5 * MINUTE_MS, tokens, model: 'fake-1' });
    await pollUsage(bench.deps, bench.provider.port);
    await recordFinding(bench.deps, await findingOf(bench, 'apikey_1'));
  };
  await spend(4_000_000);
  await expectMessage('quiet-list', present(await bench.run('quiet')));
  await spend(3_000_000);
  const [hold] = await bench.store.read.holds.open();
  await expectMessage('hold-beyond', holdMessage(await describeHold(bench.deps, present(hold)), 'beyond', LOCALE));

  later(bench, 6 * HOUR_MS);
  await endDueHolds(bench.deps);

  const ended = present(await bench.store.read.holds.get(present(hold).id));
  await expectMessage('hold-ended', holdMessage(await describeHold(bench.deps, ended), 'ended', LOCALE));
});

test('an alert of a roll-up is a line of it until a person acts on it, and then has a message of its own', async () => {
  const bench = await openNoise('alerts: { daily_messages: 1 }');
  await alertOn(bench, 'apikey_1', { severity: 'medium' });
  const { id, rollUp } = await alertOn(bench, 'apikey_2', { severity: 'medium', costMicroUsd: 12_000_000 });
  const day = present(rollUp);
  await expectMessage('roll-up', rollUpView(day, await describeRollUp(bench.deps, day), LOCALE));
  expect(await alertRenderer.render(bench.context, id)).toBeNull();
  expect(await said(bench, 'quiet')).toContain('KS-2 prod-api is spending a lot');
  expect(seen(present(await bench.click('quiet_list', 'list')))).toContain('KS-2 prod-api');

  await acknowledgeAlert(bench.deps, { actor: ADA, alertId: id });

  expect(await alertRenderer.render(bench.context, id)).toMatchObject({ channel: '#ai-keys', inThreadOf: null });
  const rows = bench.outbox().filter((row) => row.includes(id) || row.startsWith('alert_event'));
  expect(rows[0]).toBe(`alert ${id} pending`);
  expect(rows[1]).toMatch(/^alert_event /);
  expect(await said(bench, 'quiet')).not.toContain('KS-2');
});

test('the Home tab of an owner who may not see all keys shows what is quiet of the own ones alone', async () => {
  const bench = await openNoise();
  const lineage = await bench.lineageOf('apikey_2');
  await bench.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId: PERSON }));
  for (const key of ['apikey_1', 'apikey_2']) {
    await recordFinding(bench.deps, await findingOf(bench, key, { severity: 'info' }));
  }
  await bench.run('expect staging-ci until 6h 5');
  const basis = await readBasis(bench.deps);
  const noiseFor = async (seesAll: boolean) =>
    (await readHome(bench.deps, { userId: OWNER, roles: [], seesAll }, { basis, page: 1 })).noise;

  expect((await noiseFor(true)).items.map(({ slug }) => slug).toSorted()).toEqual(['prod-api', 'staging-ci']);
  expect((await noiseFor(false)).items.map(({ slug }) => slug)).toEqual(['staging-ci']);
  expect((await noiseFor(false)).holds).toHaveLength(1);
});
