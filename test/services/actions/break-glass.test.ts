import { describe, expect, test } from 'vitest';
import { HOUR_MS } from '../../../src/domain/time.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { type Bench, later, member, openBench, testPolicy } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { faultyStore } from '../../support/faulty-store.ts';
import { alertOn } from '../../support/findings.ts';
import { ADA, ask, askOnly, BOB } from '../../support/requests.ts';

const KEYS = ['key_1', 'key_2', 'key_3', 'key_4', 'key_5'];
const PUBLIC = { alone: { isPublic: true }, kind: 'revoke' } as const;

async function production(): Promise<Bench> {
  const bench = openBench();
  bench.provider.put(...KEYS.map((id, index) => fakeKey(id, { label: `prod-${index}` })));
  await bench.sync();
  return bench;
}

describe('somebody who is alone', () => {
  test('acts at once when the key is public, and channel, admins and audit hear of it in the same transaction', async () => {
    const bench = await production();
    bench.people.push(member('U0ADMIN'));

    const outcome = await askOnly(bench, 'key_1', { ...PUBLIC, reason: 'it is on GitHub' });

    expect(outcome).toMatchObject({
      kind: 'recorded',
      action: { state: 'pending', consent: { kind: 'alone', because: 'public_key' } },
    });
    const notice = bench
      .outbox()
      .find((row) => row.startsWith('notice '))
      ?.split(' ')[1];
    expect(bench.outbox()).toEqual([`notice ${notice} pending`, `notice_to ${notice}/U0ADMIN pending`]);
    expect(bench.audit().slice(-2)).toMatchObject([
      {
        verb: 'key.revoke.broke_glass',
        actor: ADA,
        detail: { because: 'public_key', nth: 1, reason: 'it is on GitHub' },
      },
      { verb: 'key.revoke.requested', actor: ADA, detail: { alone: 'public_key' } },
    ]);
    await runDueActions(bench.deps);
    expect(bench.provider.effects).toEqual(['revoke key_1']);
  });

  test.each([
    ['critical', 'open', true],
    ['critical', 'acknowledged', true],
    ['critical', 'contained', false],
    ['critical', 'resolved', false],
    ['high', 'open', false],
  ] as const)('needs an open critical alert of this key, or a public one: %s %s', async (severity, state, may) => {
    const bench = await production();
    const alert = await alertOn(bench, 'key_1', { severity });
    await bench.store.write((tx) => tx.alerts.update({ ...alert, state }));

    const request = askOnly(bench, 'key_1', { kind: 'revoke', alone: { isPublic: false } });

    if (may) expect(await request).toMatchObject({ action: { consent: { kind: 'alone', because: 'critical_alert' } } });
    else
      await expect(request).rejects.toMatchObject({
        code: 'forbidden',
        publicMessage: expect.stringContaining('critical alert'),
      });
  });

  test('finds no excuse in the alert of another key', async () => {
    const bench = await production();
    await alertOn(bench, 'key_2', { severity: 'critical' });

    await expect(askOnly(bench, 'key_1', { kind: 'revoke', alone: { isPublic: false } })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  test('may three times a day of policy’s zone, each person for himself', async () => {
    const bench = await production();
    // 23:30 in Berlin.
    const policy = testPolicy('calendar: { timezone: Europe/Berlin }\n');
    Object.assign(bench.deps, { policy });
    later(bench, 9.5 * HOUR_MS);
    for (const id of ['key_1', 'key_2', 'key_3']) await ask(bench, id, PUBLIC);

    await expect(askOnly(bench, 'key_4', PUBLIC)).rejects.toMatchObject({
      code: 'forbidden',
      publicMessage: expect.stringContaining('You have acted alone 3 times today'),
    });
    expect(await bench.store.read.actions.ofKey((await bench.keyOf('key_4')).id)).toEqual([]);
    expect((await askOnly(bench, 'key_4', { ...PUBLIC, actor: BOB })).kind).toBe('recorded');
    later(bench, HOUR_MS);
    expect((await askOnly(bench, 'key_5', PUBLIC)).kind).toBe('recorded');
  });

  test('uses none up by a double click, and none where one person is enough', async () => {
    const bench = await production();
    bench.provider.put(fakeKey('key_9', { label: 'staging-ci' }));
    await bench.sync();

    await Promise.all([ask(bench, 'key_1', PUBLIC), ask(bench, 'key_1', PUBLIC)]);
    const plain = await askOnly(bench, 'key_9', PUBLIC);

    expect(plain).toMatchObject({ action: { consent: null } });
    expect(bench.audit().filter(({ verb }) => verb === 'key.revoke.broke_glass')).toHaveLength(1);
  });

  test('leaves nothing behind when the commit fails, not even a used-up time', async () => {
    const bench = await production();
    const faulty = faultyStore(bench.store);
    faulty.failWrites(1);

    const failed = askOnly({ ...bench, deps: { ...bench.deps, store: faulty.store } }, 'key_1', PUBLIC);

    await expect(failed).rejects.toThrow('the disk is full');
    expect(bench.outbox()).toEqual([]);
    for (const id of ['key_1', 'key_2', 'key_3']) expect((await askOnly(bench, id, PUBLIC)).kind).toBe('recorded');
  });

  test('ends the wait for a second person', async () => {
    const bench = await production();
    const waits = await askOnly(bench, 'key_1', { kind: 'revoke' });
    await ask(bench, 'key_1', { ...PUBLIC, actor: BOB });

    if (waits.kind !== 'waits') throw new Error('it does not wait');
    expect(await bench.store.read.approvals.get(waits.approval.id)).toMatchObject({ state: 'overtaken' });
  });

  test('does not tell admins directly who have left, and a group that cannot be read only in the channel', async () => {
    const bench = await production();
    const policy = {
      ...bench.deps.policy,
      roles: { ...bench.deps.policy.roles, admins: ['U0ADA', 'U0GONE', 'S0ADMINS', 'U0ADMIN'] },
    };
    const directory = {
      ...bench.deps.directory,
      groupMembers: async () => {
        throw new Error('missing_scope');
      },
    };
    Object.assign(bench.deps, { policy, directory });
    const gone = { ...member('U0GONE', { isActiveFullMember: false }), lastSeenAt: bench.clock.now() };
    await bench.store.write((tx) => tx.members.upsert(gone));

    await ask(bench, 'key_1', PUBLIC);

    const told = bench.outbox().filter((row) => row.startsWith('notice_to'));
    expect(told).toEqual([expect.stringContaining('/U0ADMIN pending')]);
    expect(bench.logger.lines.join('\n')).toContain('cannot be told directly');
  });
});
