import { expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../src/domain/time.ts';
import { later, present } from '../support/bench-deps.ts';
import { FakeStore } from '../support/fake-store.ts';
import {
  CHANNEL,
  click,
  closeAll,
  ephemerals,
  page,
  replies,
  roots,
  stepTs,
  submit,
  textOf,
  workOff,
} from './support/rotation-gestures.ts';
import { type Running, startRunning } from './support/running.ts';

/** By place in the thread; making a key stores it, too. */
const WALK = [
  [0, 'rotation_make', 'generate, store 2 minutes'],
  [2, 'rotation_done', 'redeploy 2 minutes'],
  [3, 'rotation_simulate', 'verify 2 minutes'],
  [4, 'rotation_simulate', 'revoke 2 minutes'],
  [5, 'rotation_simulate', 'inventory 2 minutes'],
] as const;

test('a drill is walked to its end: each message says that it is one, its times are kept, and nothing is changed', async () => {
  const vault = new FakeStore();
  vault.put('apps/ci#KEY', 'sk-old');
  const running = await startRunning({
    provider: { create: 'service_account' },
    keeping: {
      secretStores: new Map([['vault', vault.port]]),
      places: { secretOf: () => ({ store: 'vault', reference: 'apps/ci#KEY' }), hooksOf: () => [] },
    },
  });
  const calls = running.provider.calls.length;
  await command(running, '/keys rotate drill staging-ci');
  expect(page(running, 'U0ANA')).toContain('Nothing is changed');
  await submit(running, 'U0ANA', {});
  expect(page(running, 'U0ANA')).toContain('The drill with staging-ci has begun.');
  await workOff(running);
  const root = present(roots(running)[0]);

  for (const [index, actionId] of WALK) {
    later(running, 2 * MINUTE_MS);
    await click(running, 'U0ANA', stepTs(running, root, index), actionId);
    if (actionId === 'rotation_make') await submit(running, 'U0ANA', {});
    await workOff(running);
    expect(replies(running, root)[index]).toContain('– done by @ana');
    if (index === 2) await handOver(running, root);
  }

  expect(textOf(running, root)).toMatch(/DRILL: the rotation of staging-ci was rehearsed in 10 minutes\. Nothing was/);
  for (const [, , took] of WALK) expect(textOf(running, root)).toContain(took);
  expect(textOf(running, root)).not.toContain('[ ');
  const thread = running.slack.person('U0ANA').thread(CHANNEL, root);
  expect(thread).toHaveLength(9);
  for (const message of thread) {
    expect(message.text).toMatch(/drill/i);
    expect(JSON.stringify(message.blocks)).toMatch(/drill/i);
  }
  expect(running.provider.calls).toHaveLength(calls);
  expect(vault.calls).toEqual([]);
  expect(await running.store.read.actions.unfinished()).toEqual([]);
  expect(await running.keyOf('apikey_1')).toMatchObject({ status: 'active', generation: 1 });

  await closeAll(running, 'U0ANA');
  await command(running, '/keys rotate drill');
  expect(page(running, 'U0ANA')).toMatch(/Drills so far\n.*staging-ci.*: 10 minutes \(generate, store 2 minutes/);
  await command(running, '/keys status');
  expect(ephemerals(running, 'U0ANA').at(-1)).toMatch(/last drill: staging-ci, .*, done, 10 minutes/);
});

async function command(running: Running, line: string): Promise<void> {
  await running.slack.person('U0ANA').command(line, CHANNEL);
  await running.settled();
}

/** To Chris and back. */
async function handOver(running: Running, root: string): Promise<void> {
  for (const [from, to] of [
    ['U0ANA', 'U0CHRIS'],
    ['U0CHRIS', 'U0ANA'],
  ] as const) {
    later(running, SECOND_MS);
    await click(running, from, root, 'rotation_hand_over');
    await submit(running, from, { person: { value: to } });
    await workOff(running);
  }
}
