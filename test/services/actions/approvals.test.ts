import { describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/domain/actor.ts';
import { APPROVAL_MS, type Approval } from '../../../src/domain/approval.ts';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import { accountOf, seenOf } from '../../../src/services/actions/account.ts';
import { approveRequest, declineRequest, expireApprovals } from '../../../src/services/actions/decide-approval.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { recordRequest } from '../../../src/services/actions/record-request.ts';
import { requestOwnerDeletion } from '../../../src/services/actions/request-owner-deletion.ts';
import { type Bench, type BenchOptions, later, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { faultyStore } from '../../support/faulty-store.ts';
import { alertOn } from '../../support/findings.ts';
import { common, SERVICE_ACCOUNT } from '../../support/limits.ts';
import { ADA, ask, askOnly, BOB, SECOND, verbs } from '../../support/requests.ts';

/** One key of production. */
async function production(options: BenchOptions = {}): Promise<Bench> {
  const bench = openBench(options);
  bench.provider.put(fakeKey('key_1', { label: 'prod-api' }));
  await bench.sync();
  return bench;
}

async function waiting(bench: Bench, values: Parameters<typeof askOnly>[2] = {}): Promise<Approval> {
  const outcome = await askOnly(bench, 'key_1', { kind: 'revoke', ...values });
  if (outcome.kind !== 'waits') throw new Error('it does not wait');
  return outcome.approval;
}

function approve(bench: Bench, { id }: Approval, actor: Actor = SECOND, askerMay = true) {
  return approveRequest(bench.deps, { actor, approvalId: id, askerMay });
}

async function stateOf(bench: Bench, { id }: Approval) {
  return (await bench.store.read.approvals.get(id))?.state;
}

async function actions(bench: Bench) {
  return bench.store.read.actions.ofKey((await bench.keyOf('key_1')).id);
}

describe('an act that is for good, on production', () => {
  test('waits for a second person, with its audit entry and its message, and nothing is done', async () => {
    const bench = await production();
    const alert = await alertOn(bench, 'key_1');

    const approval = await waiting(bench, { alertId: alert.id, reason: ' it leaked ' });

    const key = await bench.keyOf('key_1');
    expect(approval).toMatchObject({
      kind: 'revoke',
      keyId: key.id,
      generation: key.generation,
      requestedBy: 'slack:T1/U0ADA',
      reason: 'it leaked',
      state: 'waiting',
      expiresAt: bench.clock.now() + APPROVAL_MS,
    });
    expect(await actions(bench)).toEqual([]);
    expect(bench.audit().at(-1)).toMatchObject({ verb: 'key.revoke.approval_asked', actor: ADA, subject: key.id });
    expect(bench.outbox()).toContain(`approval ${approval.id} pending`);
    await runDueActions(bench.deps);
    expect(bench.provider.effects).toEqual([]);
  });

  test('is recorded in the transaction of the approval, with who asked and who approved', async () => {
    const bench = await production();
    const alert = await alertOn(bench, 'key_1');
    const approval = await waiting(bench, { alertId: alert.id });

    const after = await approve(bench, approval);

    const [action] = await actions(bench);
    expect(action).toMatchObject({
      state: 'pending',
      requestedBy: 'slack:T1/U0ADA',
      alertId: alert.id,
      consent: { kind: 'approved', by: 'slack:T1/U0SECOND' },
    });
    expect(after).toMatchObject({ state: 'approved', decidedBy: 'slack:T1/U0SECOND', actionId: action?.id });
    expect(bench.audit().slice(-2)).toMatchObject([
      { verb: 'key.revoke.requested', actor: ADA, detail: { approvedBy: 'slack:T1/U0SECOND' } },
      { verb: 'key.revoke.approved', actor: SECOND, detail: { requestedBy: 'slack:T1/U0ADA' } },
    ]);
    const [event] = await bench.store.read.alerts.events(alert.id);
    expect(event).toMatchObject({ kind: 'action_requested', detail: { approvedBy: 'slack:T1/U0SECOND' } });
    await runDueActions(bench.deps);
    expect(bench.provider.effects).toEqual(['revoke key_1']);
    expect(await bench.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
  });

  test('is not approved by the one who asked, whatever workspace the id claims', async () => {
    const bench = await production();
    const approval = await waiting(bench);

    for (const actor of [ADA, { ...ADA, teamId: 'T2' }] as const) {
      await expect(approve(bench, approval, actor)).rejects.toMatchObject({
        code: 'forbidden',
        publicMessage: expect.stringContaining('somebody else has to approve'),
      });
    }
    expect(await stateOf(bench, approval)).toBe('waiting');
    expect(await actions(bench)).toEqual([]);
  });

  test('approved twice, by two people at once or from a replay, is one act', async () => {
    const bench = await production();
    const approval = await waiting(bench);

    const outcomes = await Promise.allSettled([
      approve(bench, approval),
      approve(bench, approval, BOB),
      approve(bench, approval),
    ]);

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    await expect(approve(bench, approval, BOB)).rejects.toMatchObject({
      code: 'conflict',
      publicMessage: 'Nothing was done: this request was approved already.',
    });
    expect(await actions(bench)).toHaveLength(1);
    await runDueActions(bench.deps);
    await expect(approve(bench, approval, BOB)).rejects.toMatchObject({ code: 'conflict' });
    await runDueActions(bench.deps);
    expect(bench.provider.callsOf('revoke')).toEqual(['revoke key_1']);
  });

  test('asked for twice is one approval; from a second person it is the same one', async () => {
    const bench = await production();

    const first = await waiting(bench);
    const second = await waiting(bench, { actor: BOB, reason: 'me too' });

    expect(second).toEqual(first);
    expect(verbs(bench).filter((verb) => verb.endsWith('approval_asked'))).toHaveLength(1);
  });

  test('cannot be recorded by the way that one person takes', async () => {
    const bench = await production();
    const key = await bench.keyOf('key_1');

    const request = recordRequest(
      bench.deps,
      { actor: ADA, keyId: key.id, alertId: null, reason: 'quick', typedSlug: 'prod-api' },
      async () => ({ kind: 'revoke', idempotencyKey: 'x', params: null, detail: {} }),
    );

    await expect(request).rejects.toThrow('without asking for consent');
    expect(await actions(bench)).toEqual([]);
  });

  test.each(['prod-api', 'staging-ci'])('is never asked for by what acts by itself: %s', async (label) => {
    const bench = openBench();
    bench.provider.put(fakeKey('key_1', { label }));
    await bench.sync();

    for (const alone of [null, { isPublic: true }]) {
      const request = askOnly(bench, 'key_1', { kind: 'revoke', actor: { kind: 'system', job: 'auto' }, alone });
      await expect(request).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect(await actions(bench)).toEqual([]);
    expect((await askOnly(bench, 'key_1', { actor: { kind: 'system', job: 'auto' } })).kind).toBe('recorded');
  });

  test('a suspension counts as for good where the provider cannot start the key again', async () => {
    const bench = await production({ acts: ['suspend', 'revoke'] });

    expect((await askOnly(bench, 'key_1')).kind).toBe('waits');
  });
});

describe('an approval', () => {
  test('is off after thirty minutes, to the millisecond, by the clock or at the click', async () => {
    const bench = await production();
    const first = await waiting(bench);
    expect(await bench.store.read.approvals.nextExpiryAt()).toBe(first.expiresAt);
    later(bench, APPROVAL_MS - 1);
    await expireApprovals(bench.deps);
    expect(await stateOf(bench, first)).toBe('waiting');

    later(bench, 1);
    expect(await approve(bench, first)).toMatchObject({ state: 'expired', decidedBy: null });

    const second = await waiting(bench);
    expect(second.id).not.toBe(first.id);
    later(bench, APPROVAL_MS);
    await expireApprovals(bench.deps);
    await expireApprovals(bench.deps);
    expect(await stateOf(bench, second)).toBe('expired');
    expect(await bench.store.read.approvals.nextExpiryAt()).toBeNull();
    expect(await actions(bench)).toEqual([]);
    expect(verbs(bench).filter((verb) => verb === 'key.revoke.expired')).toHaveLength(2);
  });

  test('that ran out before anybody looked makes room for a new one', async () => {
    const bench = await production();
    const first = await waiting(bench);
    later(bench, APPROVAL_MS + MINUTE_MS);

    const second = await waiting(bench, { actor: BOB });

    expect([await stateOf(bench, first), second.state, second.requestedBy]).toEqual([
      'expired',
      'waiting',
      'slack:T1/U0BOB',
    ]);
  });

  test('is declined by another person and taken back by the one who asked', async () => {
    const bench = await production();

    const declined = await waiting(bench);
    await declineRequest(bench.deps, { actor: SECOND, approvalId: declined.id });
    const withdrawn = await waiting(bench);
    await declineRequest(bench.deps, { actor: ADA, approvalId: withdrawn.id });

    expect([await stateOf(bench, declined), await stateOf(bench, withdrawn)]).toEqual(['declined', 'cancelled']);
    for (const approval of [declined, withdrawn]) {
      await expect(approve(bench, approval)).rejects.toMatchObject({ code: 'conflict' });
      await expect(declineRequest(bench.deps, { actor: SECOND, approvalId: approval.id })).rejects.toMatchObject({
        code: 'conflict',
      });
    }
    expect(await actions(bench)).toEqual([]);
  });

  test.each<[what: string, change: (bench: Bench) => Promise<unknown>, problem: string]>([
    [
      'stopped and started again',
      async (bench) => {
        for (const status of ['inactive', 'active'] as const) {
          bench.provider.change('key_1', { status });
          await bench.sync();
        }
      },
      'prod-api is active now',
    ],
    [
      'gone',
      async (bench) => {
        later(bench, MINUTE_MS);
        bench.provider.keys.delete('key_1');
        await bench.sync();
      },
      'prod-api is gone now',
    ],
    ['not ours to revoke any more', async (bench) => bench.disconnect('fake'), 'no right, or no way, to revoke'],
  ])('is overtaken when the key is %s, and says so', async (_what, change, problem) => {
    const bench = await production();
    const approval = await waiting(bench);
    await change(bench);

    const after = await approve(bench, approval);

    expect(after).toMatchObject({ state: 'overtaken', problem: expect.stringContaining(problem) });
    expect(await actions(bench)).toEqual([]);
    expect(verbs(bench).at(-1)).toBe('key.revoke.overtaken');
  });

  test('is overtaken when whoever asked has lost the right meanwhile', async () => {
    const bench = await production();
    const approval = await waiting(bench);

    expect(await approve(bench, approval, SECOND, false)).toMatchObject({
      state: 'overtaken',
      problem: expect.stringContaining('may not do this any more'),
    });
    expect(await actions(bench)).toEqual([]);
  });

  test('for a key that somebody suspends meanwhile is overtaken, since it is another state than was agreed on', async () => {
    const bench = await production();
    const approval = await waiting(bench);
    await ask(bench, 'key_1');
    await runDueActions(bench.deps);

    expect(await approve(bench, approval)).toMatchObject({ state: 'overtaken' });
    expect((await waiting(bench)).generation).toBe(2);
  });

  test('and its act are both there or both not, when the commit fails', async () => {
    const bench = await production();
    const approval = await waiting(bench);
    const faulty = faultyStore(bench.store);
    faulty.failWrites(1);

    await expect(approve({ ...bench, deps: { ...bench.deps, store: faulty.store } }, approval)).rejects.toThrow('full');

    expect([await stateOf(bench, approval), await actions(bench)]).toEqual(['waiting', []]);
    expect(await approve(bench, approval)).toMatchObject({ state: 'approved' });
    expect(await actions(bench)).toHaveLength(1);
  });

  test('that nobody knows is refused with a sentence', async () => {
    const bench = await production();

    await expect(
      approveRequest(bench.deps, { actor: SECOND, approvalId: 'approval_x', askerMay: true }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the deletion of an account', () => {
  async function account(labels: readonly string[]): Promise<Bench> {
    const bench = openBench({ extras: ['deleteKeyOwner'] });
    const keys = labels.map((label, index) => fakeKey(`key_${index + 1}`, { label, owner: SERVICE_ACCOUNT }));
    bench.provider.put(...keys);
    await bench.sync();
    return bench;
  }

  async function deletion(bench: Bench) {
    const key = await bench.keyOf('key_1');
    const found = present(await accountOf({ providers: bench.deps.providers, repos: bench.store.read }, key));
    const seen = seenOf(found.keys.map(({ id }) => id));
    return requestOwnerDeletion(bench.deps, {
      ...(await common(bench, 'key_1')),
      generation: key.generation,
      seen,
    });
  }

  test.each([
    [['staging-ci', 'prod-api'], 'waits'],
    [['staging-ci', 'nobody-knows'], 'waits'],
    [['staging-ci', 'staging-web'], 'recorded'],
  ] as const)('counts as production as soon as one of its keys does: %s %s', async (labels, kind) => {
    expect((await deletion(await account(labels))).kind).toBe(kind);
  });

  test('is overtaken when the account got another key, and a new request takes its place', async () => {
    const bench = await account(['prod-api', 'prod-web']);
    const first = await deletion(bench);
    bench.provider.put(fakeKey('key_9', { label: 'prod-new', owner: SERVICE_ACCOUNT }));
    await bench.sync();

    const second = await deletion(bench);

    if (first.kind !== 'waits' || second.kind !== 'waits') throw new Error('it does not wait');
    expect(await stateOf(bench, first.approval)).toBe('overtaken');
    expect(await approve(bench, second.approval)).toMatchObject({ state: 'approved' });
    expect((await actions(bench))[0]).toMatchObject({
      kind: 'delete_owner',
      params: { keyIds: expect.arrayContaining([(await bench.keyOf('key_9')).id]) },
    });
  });

  test('with another key than was agreed on is not done by the approval either', async () => {
    const bench = await account(['prod-api', 'prod-web']);
    const outcome = await deletion(bench);
    if (outcome.kind !== 'waits') throw new Error('it does not wait');
    bench.provider.put(fakeKey('key_9', { label: 'prod-new', owner: SERVICE_ACCOUNT }));
    await bench.sync();

    expect(await approve(bench, outcome.approval)).toMatchObject({
      state: 'overtaken',
      problem: expect.stringContaining('other keys than when you looked'),
    });
  });
});
