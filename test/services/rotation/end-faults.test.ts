import { describe, expect, test } from 'vitest';
import type { Action } from '../../../src/domain/action.ts';
import { type Rotation, stepOf } from '../../../src/domain/rotation.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../src/domain/time.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { pendingRevocations } from '../../../src/services/rotation/describe-end.ts';
import { describeRotation } from '../../../src/services/rotation/describe-rotation.ts';
import { followOldKeys } from '../../../src/services/rotation/follow-old-keys.ts';
import { runFinals } from '../../../src/services/rotation/run-finals.ts';
import { readStatus } from '../../../src/services/status/read-status.ts';
import { rotationStepView } from '../../../src/slack/views/rotation-step.ts';
import { statusView } from '../../../src/slack/views/status.ts';
import { LOCALE } from '../../slack/support/cards.ts';
import { type Bench, NOON, present } from '../../support/bench-deps.ts';
import { type Answer, appliedBut, failing, type Method } from '../../support/fake-provider.ts';
import { ask, runToTheEnd, verbs } from '../../support/requests.ts';
import { read, retire, settle, verified } from './support.ts';

const GRACE_MS = 7 * DAY_MS;

interface Ending {
  readonly kind: Action['kind'];
  readonly call: Method;
  /** Up to the moment at which the call is due. */
  begin(): Promise<{ readonly bench: Bench; readonly rotation: Rotation }>;
  readonly effects: readonly string[];
}

const ENDINGS: readonly (readonly [string, Ending])[] = [
  [
    'suspension',
    {
      kind: 'retire',
      call: 'suspend',
      begin: async () => {
        const { bench, rotation } = await verified();
        await retire(bench, rotation);
        return { bench, rotation };
      },
      effects: ['suspend key_1'],
    },
  ],
  [
    'revocation after the grace',
    {
      kind: 'revoke',
      call: 'revoke',
      begin: async () => {
        const { bench, rotation } = await verified();
        await retire(bench, rotation);
        await settle(bench);
        bench.clock.jumpTo(NOON + GRACE_MS);
        await runFinals(bench.deps);
        return { bench, rotation };
      },
      effects: ['suspend key_1', 'revoke key_1'],
    },
  ],
  [
    'revocation where nothing softer exists',
    {
      kind: 'revoke',
      call: 'revoke',
      begin: async () => {
        const { bench, rotation } = await verified({ acts: ['revoke'], disable: 'irreversible' });
        await ask(bench, 'key_1', { kind: 'revoke' });
        return { bench, rotation };
      },
      effects: ['revoke key_1'],
    },
  ],
];

interface Fault {
  /** What the provider answers to the first tries, and to the look back after the first of them. */
  readonly tries: readonly Answer[];
  readonly lookBack?: Answer;
  readonly nextInMs: number;
  readonly calls: number;
  readonly tookAtLeastMs: number;
  readonly told: 'delayed' | 'refused';
}

const times = (count: number, answer: Answer) => Array.from({ length: count }, () => answer);
const lost = appliedBut('provider_outcome_unknown');

const FAULTS: readonly (readonly [string, Fault])[] = [
  [
    'is rate limited',
    {
      tries: times(2, failing('provider_rate_limited', { retryAfterMs: MINUTE_MS })),
      nextInMs: MINUTE_MS,
      calls: 3,
      tookAtLeastMs: 2 * MINUTE_MS,
      told: 'delayed',
    },
  ],
  [
    'fails for hours',
    {
      tries: times(40, failing('provider_unavailable')),
      nextInMs: 5 * SECOND_MS,
      calls: 41,
      tookAtLeastMs: 2 * HOUR_MS,
      told: 'delayed',
    },
  ],
  [
    'times out when it is done',
    { tries: [lost], nextInMs: 5 * SECOND_MS, calls: 1, tookAtLeastMs: 5 * SECOND_MS, told: 'delayed' },
  ],
  [
    'is done and cannot be looked at',
    {
      tries: [],
      lookBack: failing('provider_unavailable'),
      nextInMs: 5 * SECOND_MS,
      calls: 1,
      tookAtLeastMs: 5 * SECOND_MS,
      told: 'delayed',
    },
  ],
  [
    'is forbidden until a person gives the right back, days later',
    {
      tries: times(80, failing('provider_denied')),
      nextInMs: 5 * SECOND_MS,
      calls: 81,
      tookAtLeastMs: 2 * DAY_MS,
      told: 'refused',
    },
  ],
];

/** What the thread's step and `/keys status` say. */
async function said(bench: Bench, { id }: Rotation): Promise<{ readonly thread: string; readonly status: string }> {
  const card = present(await describeRotation(bench.deps, id));
  const status = statusView(await readStatus(bench.deps), { locale: LOCALE, configLines: [] });
  const step = rotationStepView(card, 'revoke', LOCALE);
  return { thread: JSON.stringify(step.blocks), status: JSON.stringify(status.blocks) };
}

describe.each(ENDINGS)('the %s of an old key', (_what, { kind, call, begin, effects }) => {
  test.each(FAULTS)('that %s is told, tried until it is done, and done once', async (_how, fault) => {
    const { bench, rotation } = await begin();
    const begunAt = bench.clock.now();
    const callsBefore = bench.provider.callsOf(call).length;
    bench.provider.script(call, ...fault.tries);
    if (fault.lookBack !== undefined) bench.provider.script('readKeyStatus', fault.lookBack);

    await runDueActions(bench.deps);

    const [pending] = await pendingRevocations(bench.deps);
    const nextAt = begunAt + fault.nextInMs;
    expect(pending).toMatchObject({ rotationId: rotation.id, action: { kind, state: 'pending', notBeforeAt: nextAt } });
    const problem = present(pending?.action.problem);
    const meanwhile = await said(bench, rotation);
    expect(meanwhile.thread).toContain('Not done yet; it is tried again');
    expect(meanwhile.thread).toContain(problem);
    expect(meanwhile.thread).toContain('action_cancel');
    expect(meanwhile.status).toContain(fault.told === 'refused' ? 'refused (1 try)' : 'not done yet (1 try)');
    expect(stepOf(await read(bench, rotation), 'revoke').state).toBe('todo');

    await runUntilShown(bench);

    expect(bench.clock.now() - begunAt).toBeGreaterThanOrEqual(fault.tookAtLeastMs);
    expect(bench.provider.callsOf(call).length - callsBefore).toBe(fault.calls);
    expect(bench.provider.effects).toEqual(effects);
    expect(await pendingRevocations(bench.deps)).toEqual([]);
    expect((await said(bench, rotation)).thread).not.toContain('Not done yet');
    expect(verbs(bench).filter((verb) => verb === `key.${kind}.${fault.told}`)).toHaveLength(1);
    const after = await read(bench, rotation);
    expect(stepOf(after, 'revoke').state).toBe(kind === 'revoke' ? 'done' : 'todo');
    // Its grace runs from when it was suspended, however long that took.
    expect(after.finalAt).toBe(kind === 'retire' ? bench.clock.now() + GRACE_MS : null);
  });
});

async function runUntilShown(bench: Bench): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const next = await bench.store.read.actions.nextDueAt();
    if (next === null) break;
    bench.clock.jumpTo(Math.max(next, bench.clock.now()));
    await runDueActions(bench.deps);
  }
  await runToTheEnd(bench);
  await followOldKeys(bench.deps);
}
