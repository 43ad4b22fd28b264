import { expect, test } from 'vitest';
import { cancelAction } from '../../../src/services/actions/cancel-action.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import type { Bench } from '../../support/bench-deps.ts';
import { failing, held } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { ADA, actionIn, ask, BOB, benchWithKeys, events, runToTheEnd, verbs } from '../../support/requests.ts';

test('what hangs is given up by a person, told and audited, and never tried again', async () => {
  const bench = await benchWithKeys();
  const { id } = await alertOn(bench, 'key_1');
  const action = await ask(bench, 'key_1', { alertId: id });
  bench.provider.script('suspend', failing('provider_denied'));
  await runDueActions(bench.deps);

  await cancelAction(bench.deps, { actor: BOB, actionId: action.id });
  await runToTheEnd(bench);

  expect((await actionIn(bench, action)).state).toBe('dismissed');
  expect(bench.provider.callsOf('suspend')).toHaveLength(1);
  expect(await events(bench, id)).toEqual(['action_requested', 'action_refused', 'action_dismissed']);
  expect(bench.audit().at(-1)).toMatchObject({ verb: 'key.suspend.dismissed', actor: BOB });
});

test('what is given up can be asked for again', async () => {
  const bench = await benchWithKeys();
  const action = await ask(bench, 'key_1');
  bench.provider.script('suspend', failing('provider_denied'));
  await runDueActions(bench.deps);
  await cancelAction(bench.deps, { actor: ADA, actionId: action.id });

  await ask(bench, 'key_1');
  await runToTheEnd(bench);

  expect((await actionIn(bench, action)).state).toBe('confirmed');
});

test.each(['once it is done', 'before it was tried', 'a second time'])('nothing is given up %s', async (when) => {
  const bench = await benchWithKeys();
  const action = await ask(bench, 'key_1');
  if (when === 'a second time') bench.provider.script('suspend', failing('provider_denied'));
  if (when !== 'before it was tried') await runDueActions(bench.deps);
  if (when === 'a second time') await cancelAction(bench.deps, { actor: ADA, actionId: action.id });
  const before = await actionIn(bench, action);
  const told = verbs(bench).length;

  await expect(cancelAction(bench.deps, { actor: ADA, actionId: action.id })).rejects.toMatchObject({
    code: 'conflict',
    publicMessage: expect.stringContaining('there is nothing to stop'),
  });

  expect(await actionIn(bench, action)).toEqual(before);
  expect(verbs(bench)).toHaveLength(told);
});

test('what is being tried just now is left to end: it may be done', async () => {
  const bench = await benchWithKeys();
  const action = await ask(bench, 'key_1');
  const gate = held();
  bench.provider.script('suspend', failing('provider_denied'), gate.answer);
  await runDueActions(bench.deps);
  bench.clock.jumpTo((await actionIn(bench, action)).notBeforeAt);
  const running = runDueActions(bench.deps);
  await gate.reached;

  await expect(cancelAction(bench.deps, { actor: ADA, actionId: action.id })).rejects.toMatchObject({
    publicMessage: 'It is being tried just now. Look again in a moment: it may be done.',
  });

  gate.release();
  await running;
  expect((await actionIn(bench, action)).state).toBe('confirmed');
});

/** Suspended, and then a revocation of it that is tried with this answer. */
async function benchWithStops(answer: Parameters<Bench['provider']['script']>[1]) {
  const bench = await benchWithKeys();
  await ask(bench, 'key_1');
  await runToTheEnd(bench);
  bench.provider.script('revoke', answer);
  const revoke = await ask(bench, 'key_1', { kind: 'revoke' });
  return { bench, revoke };
}

test('whoever starts a key again gives up the revocation that hangs: it does not strike later', async () => {
  const { bench, revoke } = await benchWithStops(failing('provider_unavailable'));
  await runDueActions(bench.deps);

  await ask(bench, 'key_1', { kind: 'restore', actor: BOB });
  await runToTheEnd(bench);

  expect((await actionIn(bench, revoke)).state).toBe('dismissed');
  expect((await bench.keyOf('key_1')).status).toBe('active');
  expect(bench.provider.callsOf('revoke')).toHaveLength(1);
  expect(bench.audit().filter(({ verb }) => verb === 'key.revoke.dismissed')).toMatchObject([{ actor: BOB }]);
});

test('a key is not started again while its revocation is being tried', async () => {
  const gate = held();
  const { bench, revoke } = await benchWithStops(gate.answer);
  const run = runDueActions(bench.deps);
  await gate.reached;

  await expect(ask(bench, 'key_1', { kind: 'restore' })).rejects.toMatchObject({ code: 'conflict' });
  gate.release();
  await run;

  expect((await actionIn(bench, revoke)).state).toBe('confirmed');
});
