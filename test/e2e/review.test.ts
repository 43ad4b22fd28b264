import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { listReview } from '../../src/services/review/list-review.ts';
import { dismiss, doAction, sendAgain } from '../../src/services/review/settle-review.ts';
import { openStore } from '../../src/store/open.ts';
import { systemIds } from '../../src/system/ids.ts';
import { hmacHex } from '../../src/system/installation-secret.ts';
import { ask, leakKey, minutes, openNight, person, playToAlert, threadTexts } from './support/night.ts';
import { SECRETS } from './support/secrets.ts';

// A whole night, on a machine that does other things as well.
vi.setConfig({ testTimeout: 90_000 });

const ANN = { kind: 'cli', user: 'ann' } as const;

/** What another process sees: the same file, and nothing that wakes the running bot. */
function besides({ folder, clock }: Stage) {
  const secret = new Secret(SECRETS.installation);
  const path = join(folder, 'keysteward.db');
  const store = openStore({ path, ids: systemIds, sign: (text) => hmacHex(secret, text), durable: false });
  onTestFinished(() => store.close());
  return { store, clock, ids: systemIds };
}

test('a message that was given up is sent when somebody says so, while the bot runs', async () => {
  const stage = await openNight({ provider: 'anthropic' });
  const message = await playToAlert(stage);
  stage.slack.faults.add('chat.postMessage', { kind: 'error', error: 'is_archived' });
  const click = { channel: 'C0AIKEYS', ts: message.ts, actionId: 'menu', option: 'Acknowledge' };
  await stage.during(() => person(stage, 'U0ANA').click(click));
  await stage.playUntil(stage.clock.now() + minutes(1));
  expect(threadTexts(stage, message)).toHaveLength(1);
  expect(await ask(stage, 'U0ANA', '/keys status')).toContain('On the server keysteward review shows');
  const outside = besides(stage);
  const { messages } = await listReview(outside);
  expect(messages.map(({ about }) => about)).toEqual([
    'a line (acknowledged) in the thread of alert KS-1 about staging-ci',
  ]);

  await sendAgain(outside, { actor: ANN, ids: 'all' });
  await stage.playUntil(stage.clock.now() + minutes(5));

  expect(threadTexts(stage, message).slice(1)).toEqual(['Ana Ruiz is on it.']);
  expect(await stage.app.deps.store.read.outbox.counts()).toEqual({ waiting: 0, dead: 0 });
});

test('an action that failed is carried out, or dismissed, while the bot runs', async () => {
  const stage = await openNight({ provider: 'anthropic' });
  const message = await playToAlert(stage);
  const { deps } = stage.app;
  const key = await leakKey(stage);
  await deps.store.write((tx) =>
    tx.actions.insert({
      id: 'act_old',
      idempotencyKey: `suspend:${key.id}:${key.generation}`,
      kind: 'suspend',
      keyId: key.id,
      alertId: null,
      requestedBy: 'slack:T0ACME/U0ANA',
      reason: 'leaked',
      state: 'failed',
      attempts: 0,
      notBeforeAt: 0,
      requestedAt: stage.clock.now(),
      executedAt: null,
      confirmedAt: null,
      verifiedAt: null,
      checkedUntil: null,
      usedAfterMicroUsd: null,
      problem: 'Taken from a backup: needs review.',
      problemCode: null,
      params: null,
      consent: null,
    }),
  );
  await stage.settle();
  const outside = besides(stage);

  await doAction(outside, { actor: ANN, id: 'act_old' });
  await stage.playUntil(stage.clock.now() + minutes(5));

  expect((await leakKey(stage)).status).toBe('inactive');
  expect(person(stage, 'U0ANA').thread('ai-keys', message.ts).length).toBeGreaterThan(1);
  await dismiss(outside, { actor: ANN, ids: 'all' });
  expect(await listReview(outside)).toEqual({ messages: [], actions: [] });
  expect(await deps.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
});
