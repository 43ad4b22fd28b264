import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import { type Rotation, stepOf } from '../../../src/domain/rotation.ts';
import { consumerSeats } from '../../../src/domain/rotation-work.ts';
import { HOUR_MS } from '../../../src/domain/time.ts';
import { retryDeployments, tickConsumers } from '../../../src/services/rotation/consumers.ts';
import { nextDeploymentAt, runDeployments } from '../../../src/services/rotation/run-deployments.ts';
import { later, openBench, present } from '../../support/bench-deps.ts';
import { FakeHook, type FakeHookOptions, type HookAnswer } from '../../support/fake-hook.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { ADA } from '../../support/requests.ts';
import { evidenceOf } from './making-bench.ts';
import { begin, read, step } from './support.ts';

async function redeploying(options: FakeHookOptions & { readonly kind?: Rotation['kind'] } = {}) {
  const bench = openBench();
  bench.provider.put(fakeKey('key_1', { label: 'staging-ci' }));
  await bench.sync();
  const hook = new FakeHook({ onCall: () => void bench.store.read, ...options });
  const deps = {
    ...bench.deps,
    deployHooks: new Map([['ci', hook.port]]),
    places: { secretOf: () => null, hooksOf: () => [{ hook: 'ci', consumer: 'api' }] },
  };
  await name(bench, ['api', 'cron']);
  const rotation = await begin(bench);
  if (options.kind) {
    const kind = options.kind;
    await bench.store.write((tx) => tx.rotations.update({ ...rotation, kind }));
  }
  await step(bench, rotation, 'generate');
  await step(bench, rotation, 'store');
  const rows = async () =>
    (await bench.store.read.rotationConsumers.ofRotation(rotation.id)).map(
      ({ consumer, state }) => `${consumer} ${state}`,
    );
  const run = async () => {
    await runDeployments(deps);
    return rows();
  };
  /** Until nothing is due within a day. */
  const runOn = async () => {
    for (let round = 0; round < 30; round += 1) {
      const at = await nextDeploymentAt(deps);
      if (at === null) break;
      bench.clock.jumpTo(Math.max(at, bench.clock.now()));
      await runDeployments(deps);
    }
    return rows();
  };
  return { bench, deps, hook, rotation, rows, run, runOn };
}

async function name(bench: ReturnType<typeof openBench>, consumers: readonly string[]): Promise<void> {
  const lineage = await bench.lineageOf('key_1');
  await bench.store.write((tx) => tx.lineages.update({ ...lineage, consumers }));
}

describe('redeploying', () => {
  test('fires the hook of a consumer once, follows it to its end, and leaves the others to people', async () => {
    const { bench, deps, hook, rotation, run, runOn } = await redeploying();

    expect(await run()).toEqual(['api running', 'cron todo']);
    expect(await run()).toEqual(['api running', 'cron todo']);
    hook.end('succeeded');
    expect(await runOn()).toEqual(['api done', 'cron todo']);
    expect(hook.calls).toEqual(['trigger', 'follow']);
    expect(stepOf(await read(bench, rotation), 'redeploy').state).toBe('todo');

    await tickConsumers(deps, { actor: ADA, rotationId: rotation.id, consumers: ['cron'] });
    await tickConsumers(deps, { actor: ADA, rotationId: rotation.id, consumers: null });

    const after = await read(bench, rotation);
    expect(stepOf(after, 'redeploy').state).toBe('done');
    expect(evidenceOf(after, 'redeploy')).toEqual({ proof: 'word', consumers: 2, byHook: 1 });
    expect(await nextDeploymentAt(deps)).toBeNull();
  });

  test.each<readonly [string, readonly (HookAnswer | ErrorCode)[], readonly string[]]>([
    ['is not there at first', ['hook_unavailable'], ['trigger', 'find', 'trigger']],
    ['begins and its answer is lost', [{ code: 'hook_outcome_unknown', applied: true }], ['trigger', 'find']],
    ['does not begin and its answer is lost', ['hook_outcome_unknown'], ['trigger', 'find', 'trigger']],
  ])('is one run when the hook %s', async (_, script, calls) => {
    const { hook, run, bench, deps, runOn } = await redeploying();
    hook.script(...script);

    await run();
    for (let round = 0; round < 4 && hook.runs.size === 0; round += 1) {
      bench.clock.jumpTo(present(await nextDeploymentAt(deps)));
      await run();
    }
    hook.end('succeeded');

    expect(await runOn()).toEqual(['api done', 'cron todo']);
    expect(hook.runs.size).toBe(1);
    expect(hook.calls.slice(0, calls.length)).toEqual(calls);
  });

  test('a run whose beginning nobody can look up goes to a person, who may ask anew', async () => {
    const { bench, deps, hook, rotation, run, runOn } = await redeploying({ finds: false });
    hook.script({ code: 'hook_outcome_unknown', applied: true });

    expect(await run()).toEqual(['api failed', 'cron todo']);
    expect(hook.runs.size).toBe(1);
    expect(bench.outbox().some((row) => row.startsWith(`rotation_deployment ${rotation.id}:`))).toBe(true);
    const row = await bench.store.read.rotationConsumers.get(rotation.id, 'api');
    expect(row?.problem).toContain('look before you retry');

    expect(await retryDeployments(deps, { actor: ADA, rotationId: rotation.id })).toBe(1);
    await run();
    hook.end('succeeded');
    expect(await runOn()).toEqual(['api done', 'cron todo']);
  });

  test('a try that was cut off before its answer was written down is looked for, not repeated', async () => {
    const { bench, hook, rotation, run } = await redeploying();
    await run();
    const row = present(await bench.store.read.rotationConsumers.get(rotation.id, 'api'));
    await bench.store.write((tx) => tx.rotationConsumers.put({ ...row, runRef: null, notBeforeAt: 0 }));

    await run();

    expect(hook.runs.size).toBe(1);
    expect(hook.calls).toEqual(['trigger', 'find']);
  });

  test.each([
    ['refuses', ['hook_rejected'], 'hook_rejected'],
    ['ends badly', [], 'the tests failed'],
  ] as const)('a deployment that %s is told and can be ticked off all the same', async (_, fault, problem) => {
    const { bench, deps, hook, rotation, run, runOn } = await redeploying();
    hook.script(...fault);

    await run();
    hook.end('failed', 'the tests failed');
    expect(await runOn()).toEqual(['api failed', 'cron todo']);
    const row = await bench.store.read.rotationConsumers.get(rotation.id, 'api');
    expect(row?.problem).toContain(problem);

    await tickConsumers(deps, { actor: ADA, rotationId: rotation.id, consumers: null });
    expect(stepOf(await read(bench, rotation), 'redeploy').state).toBe('done');
  });

  test('one that runs for ever is told after two hours', async () => {
    const { bench, run, runOn } = await redeploying();
    await run();
    later(bench, 3 * HOUR_MS);

    expect(await runOn()).toEqual(['api failed', 'cron todo']);
  });

  test('a hook that cannot be followed is done when it has accepted', async () => {
    const { run } = await redeploying({ follows: false });

    expect(await run()).toEqual(['api done', 'cron todo']);
  });

  test('consumers that are named later appear, and keep the step open', async () => {
    const { bench, deps, run } = await redeploying();
    await run();
    await name(bench, ['api', 'cron', 'worker']);

    expect(await nextDeploymentAt(deps)).toBe(bench.clock.now());
    expect(await run()).toEqual(['api running', 'cron todo', 'worker todo']);
  });

  test('a drill asks nobody', async () => {
    const { bench, deps, hook, rotation, run } = await redeploying({ kind: 'drill' });

    expect(await run()).toEqual(['api done', 'cron todo']);
    await tickConsumers(deps, { actor: ADA, rotationId: rotation.id, consumers: null });

    expect(hook.calls).toEqual([]);
    expect(evidenceOf(await read(bench, rotation), 'redeploy')).toMatchObject({ proof: 'simulated' });
  });
});

test('a seat is a listed consumer with its hook, or a hook that stands for itself', () => {
  const hooks = [
    { hook: 'ci', consumer: 'api' },
    { hook: 'fly', consumer: null },
    { hook: 'other', consumer: 'unlisted' },
  ];

  expect(consumerSeats(['api', 'cron'], hooks)).toEqual([
    { consumer: 'api', hook: 'ci' },
    { consumer: 'cron', hook: null },
    { consumer: 'fly', hook: 'fly' },
    { consumer: 'unlisted', hook: 'other' },
  ]);
});
