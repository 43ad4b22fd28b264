import type { Action } from '../../src/domain/action.ts';
import type { Actor } from '../../src/domain/actor.ts';
import { approveRequest } from '../../src/services/actions/decide-approval.ts';
import { runDueActions } from '../../src/services/actions/execute-action.ts';
import type { RequestOutcome } from '../../src/services/actions/record-consented.ts';
import { type RequestActionInput, requestAction } from '../../src/services/actions/request-action.ts';
import { type Bench, type BenchOptions, NOON, openBench, present } from './bench-deps.ts';
import { fakeKey } from './fake-provider.ts';

export const ADA: Actor = { kind: 'slack', userId: 'U0ADA', teamId: 'T1' };
/** Approves what others ask for. */
export const SECOND: Actor = { kind: 'slack', userId: 'U0SECOND', teamId: 'T1' };
export const BOB: Actor = { kind: 'slack', userId: 'U0BOB', teamId: 'T1' };

/** Asks for an act on a key as it is now, with everything that has to be typed, and a second person where one is needed. */
export async function ask(
  bench: Bench,
  providerKeyId: string,
  values: Partial<RequestActionInput> = {},
): Promise<Action> {
  return agreed(bench, await askOnly(bench, providerKeyId, values));
}

/** The action of a request; what waits for a second person is approved by one. */
export async function agreed({ deps, store }: Bench, outcome: RequestOutcome): Promise<Action> {
  if (outcome.kind === 'recorded') return outcome.action;
  const approvalId = outcome.approval.id;
  const { actionId } = await approveRequest(deps, { actor: SECOND, approvalId, askerMay: true });
  return present(await store.read.actions.get(present(actionId)));
}

/** The same, and what it became. */
export async function askOnly(
  bench: Bench,
  providerKeyId: string,
  values: Partial<RequestActionInput> = {},
): Promise<RequestOutcome> {
  const key = await bench.keyOf(providerKeyId);
  const lineage = await bench.lineageOf(providerKeyId);
  return requestAction(bench.deps, {
    actor: ADA,
    kind: 'suspend',
    keyId: key.id,
    generation: key.generation,
    alertId: null,
    reason: 'it leaked',
    typedSlug: lineage.slug,
    ...values,
  });
}

/** Two keys that need no typed slug. */
export async function benchWithKeys(options: BenchOptions = {}): Promise<Bench> {
  const bench = openBench(options);
  bench.provider.put(fakeKey('key_1', { label: 'staging-ci' }), fakeKey('key_2', { label: 'staging-web' }));
  await bench.sync();
  return bench;
}

export function actionIn(bench: Bench, action: Action): Promise<Action> {
  return bench.store.read.actions.get(action.id).then(present);
}

/** The audit log's verbs, oldest first. */
export function verbs(bench: Bench): readonly string[] {
  return bench.audit().map(({ verb }) => verb);
}

/** The kinds of the alert's events, oldest first. */
export async function events(bench: Bench, alertId: string): Promise<readonly string[]> {
  return (await bench.store.read.alerts.events(alertId)).map(({ kind }) => kind);
}

/** Runs what is due until nothing is pending, and says how long that took. */
export async function runToTheEnd(bench: Bench): Promise<number> {
  for (let round = 0; round < 20; round += 1) {
    await runDueActions(bench.deps);
    const next = await bench.store.read.actions.nextDueAt();
    if (next === null) return bench.clock.now() - NOON;
    bench.clock.jumpTo(next);
  }
  throw new Error('it never ends');
}

/** As if all that waits had been sent. */
export async function sendAll(bench: Bench): Promise<void> {
  await bench.store.write(async (tx) => {
    for (;;) {
      const rows = await tx.outbox.due(bench.clock.now(), 100);
      if (rows.length === 0) return;
      for (const row of rows) await tx.outbox.update({ ...row, state: 'sent', settledAt: bench.clock.now() });
    }
  });
}
