import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/domain/errors.ts';
import { US_DOLLAR } from '../../../src/domain/money.ts';
import { accountOf, seenOf } from '../../../src/services/actions/account.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import {
  type RequestOwnerDeletionInput,
  requestOwnerDeletion,
} from '../../../src/services/actions/request-owner-deletion.ts';
import { describeAlert } from '../../../src/services/alerts/describe-alert.ts';
import { describeScope } from '../../../src/services/limits/describe-scope.ts';
import { alertView } from '../../../src/slack/views/alert.ts';
import { type Bench, present } from '../../support/bench-deps.ts';
import { appliedBut, failing, fakeKey, ignored } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { benchWithLimits, common, SERVICE_ACCOUNT } from '../../support/limits.ts';
import { actionIn, agreed, ask, events, runToTheEnd, verbs } from '../../support/requests.ts';

/** Three keys of one account, and one of a person. */
async function benchWithAccount(): Promise<Bench> {
  const bench = await benchWithLimits();
  for (const id of ['key_1', 'key_2', 'key_3']) bench.provider.put(fakeKey(id, { label: id, owner: SERVICE_ACCOUNT }));
  bench.provider.put(fakeKey('key_4', { label: 'other', owner: { ...SERVICE_ACCOUNT, kind: 'user', id: 'user_1' } }));
  await bench.sync();
  bench.provider.calls.length = 0;
  return bench;
}

async function askDeletion(bench: Bench, on = 'key_1', values: Partial<RequestOwnerDeletionInput> = {}) {
  const key = await bench.keyOf(on);
  const account = await accountOf({ providers: bench.deps.providers, repos: bench.store.read }, key);
  const seen = seenOf(account?.keys.map(({ id }) => id) ?? []);
  const outcome = await requestOwnerDeletion(bench.deps, {
    ...(await common(bench, on)),
    generation: key.generation,
    seen,
    ...values,
  });
  return agreed(bench, outcome);
}

describe('an account whose keys two admin keys read', () => {
  async function split(): Promise<Bench> {
    const bench = await benchWithAccount();
    bench.connect({ connectionId: 'second', extras: ['deleteKeyOwner', 'readLimits', 'setSpendLimit'] });
    bench.raw().exec("UPDATE keys SET connection_id = 'second' WHERE provider_key_id = 'key_2'");
    return bench;
  }

  test.each(['key_1', 'key_2'])('is shown with all of them, whichever is asked about: %s', async (id) => {
    const bench = await split();

    const account = await accountOf(
      { providers: bench.deps.providers, repos: bench.store.read },
      await bench.keyOf(id),
    );
    const scope = await describeScope(bench.deps, await bench.keyOf(id));

    expect(account?.keys.map(({ providerKeyId }) => providerKeyId).sort()).toEqual(['key_1', 'key_2', 'key_3']);
    expect(scope?.sharedWith).toHaveLength(3);
  });
});

describe('the deletion of an account', () => {
  test('marks every key of it gone, each with its own audit entry, and no other', async () => {
    const bench = await benchWithAccount();
    const action = await askDeletion(bench);

    await runDueActions(bench.deps);

    expect((await actionIn(bench, action)).state).toBe('confirmed');
    for (const id of ['key_1', 'key_2', 'key_3']) {
      expect(await bench.keyOf(id)).toMatchObject({ status: 'gone', generation: 2, goneAt: bench.clock.now() });
    }
    expect((await bench.keyOf('key_4')).status).toBe('active');
    expect(bench.provider.effects).toEqual(['deleteKeyOwner svc_1']);
    expect(verbs(bench).slice(-6)).toEqual([
      'key.delete_owner.approval_asked',
      'key.delete_owner.requested',
      'key.delete_owner.approved',
      'key.deleted_with_owner',
      'key.deleted_with_owner',
      'key.delete_owner.confirmed',
    ]);
    expect(bench.audit().at(-2)).toMatchObject({
      subject: (await bench.keyOf('key_3')).id,
      detail: { status: 'gone', with: (await bench.keyOf('key_1')).id, requestedBy: 'slack:T1/U0ADA' },
    });
    expect(await bench.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
  });

  test('contains the alerts of the siblings as well', async () => {
    const bench = await benchWithAccount();
    const own = await alertOn(bench, 'key_1');
    const sibling = await alertOn(bench, 'key_2');
    await askDeletion(bench, 'key_1', { alertId: own.id });
    await runToTheEnd(bench);

    for (const { id } of [own, sibling]) expect((await bench.store.read.alerts.get(id))?.state).toBe('contained');
    expect(await events(bench, sibling.id)).toEqual(['action_confirmed']);
  });

  test('with a lost answer is read back, not repeated', async () => {
    const bench = await benchWithAccount();
    const action = await askDeletion(bench);
    bench.provider.script('deleteKeyOwner', appliedBut('provider_outcome_unknown'));
    await runToTheEnd(bench);

    expect(bench.provider.callsOf('deleteKeyOwner')).toHaveLength(1);
    expect((await actionIn(bench, action)).state).toBe('confirmed');
  });

  test('that leaves keys is never called done', async () => {
    const bench = await benchWithAccount();
    const action = await askDeletion(bench);
    bench.provider.script('deleteKeyOwner', ignored);
    await runDueActions(bench.deps);

    expect(await actionIn(bench, action)).toMatchObject({
      state: 'pending',
      problem: expect.stringContaining('as the owner of 3 keys'),
    });
    expect((await bench.keyOf('key_2')).status).toBe('active');
  });

  test('stops when the account has a key that nobody was shown, which the next look shows', async () => {
    const bench = await benchWithAccount();
    const action = await askDeletion(bench);
    bench.provider.put(fakeKey('key_5', { owner: SERVICE_ACCOUNT }));
    await runToTheEnd(bench);

    expect(bench.provider.effects).toEqual([]);
    expect((await actionIn(bench, action)).problem).toContain('1 more key than you were shown');
    const again = await askDeletion(bench);
    await runToTheEnd(bench);
    expect((await actionIn(bench, again)).state).toBe('confirmed');
    expect((await bench.keyOf('key_5')).status).toBe('gone');
  });

  test('is refused for an account that owns an admin key, in the request and right before the call', async () => {
    const bench = await benchWithAccount();
    const action = await askDeletion(bench);
    bench.provider.put(
      fakeKey('admin_1', { label: 'keysteward', kind: 'admin', scopeId: null, owner: SERVICE_ACCOUNT }),
    );
    await runToTheEnd(bench);
    expect((await actionIn(bench, action)).problem).toContain('also owns the admin key keysteward');
    await bench.sync();

    await expect(askDeletion(bench)).rejects.toMatchObject({
      code: 'forbidden',
      publicMessage: expect.stringContaining('it may be the one that Keysteward works with'),
    });
    expect(bench.provider.effects).toEqual([]);
  });

  test.each([
    ['a key of a person', 'key_4', {}],
    ['an old state of the key', 'key_1', { generation: 0 }],
    ['a list of keys that is not the one that stands', 'key_1', { seen: '2 key_2' }],
    ['another name than the key’s', 'key_1', { typedSlug: 'key' }],
    ['no name at all, in staging too', 'key_1', { typedSlug: null }],
  ] as const)('is refused for %s', async (_what, on, values) => {
    const bench = await benchWithAccount();

    await expect(askDeletion(bench, on, values)).rejects.toMatchObject({ name: 'AppError' });
    expect(await bench.store.read.actions.unfinished()).toEqual([]);
  });

  test('is refused for an admin key', async () => {
    const bench = await benchWithAccount();
    bench.provider.change('key_1', { kind: 'admin' });
    await bench.sync();

    await expect(askDeletion(bench)).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('a revoke that the provider refuses', () => {
  test('leads to the account, with the keys that go with it; another failure does not', async () => {
    const bench = await benchWithAccount();
    const alert = await alertOn(bench, 'key_1');
    for (const [code, offered] of [
      ['provider_auth', undefined],
      ['provider_rejected', ['key-3', 'staging-web']],
    ] as const) {
      bench.provider.script('revoke', failing(code));
      await ask(bench, 'key_1', { kind: 'revoke', alertId: alert.id });
      await runDueActions(bench.deps);
      expect((await describeAlert(bench.deps, alert.id))?.account?.siblings).toEqual(offered);
    }
  });
});

test('a restoration that hits a limit of keys says in the alert what stands in the way, and can be asked again', async () => {
  const bench = await benchWithLimits();
  const alert = await alertOn(bench, 'key_1');
  bench.provider.change('key_1', { status: 'inactive' });
  await bench.sync();
  const action = await ask(bench, 'key_1', { kind: 'restore', alertId: alert.id });
  const publicMessage = 'As many keys are active as may be. Archive or suspend another key first.';
  const error = new AppError({ code: 'provider_rejected', message: 'limit', publicMessage });
  bench.provider.script('restore', { kind: 'fails', error });
  await runDueActions(bench.deps);

  expect(await actionIn(bench, action)).toMatchObject({ state: 'pending', problem: publicMessage });
  expect((await bench.keyOf('key_1')).status).toBe('inactive');
  const card = present(await describeAlert(bench.deps, alert.id));
  const { text } = alertView(card, { currency: US_DOLLAR, timezone: 'UTC' });
  expect(text).toContain(`*Not restored*, asked by <@U0ADA>: ${publicMessage}`);
  expect(card.acts).toEqual(['restore', 'revoke']);
});
