import { type Actor, actorText } from '../../domain/actor.ts';
import { isOver, type Rotation, stepOf, stepRefusal, withStep } from '../../domain/rotation.ts';
import type { EvidenceOf } from '../../domain/rotation-evidence.ts';
import { allDeployed, byHook, type ConsumerSeat, type RotationConsumer } from '../../domain/rotation-work.ts';
import type { Repos } from '../../ports/store.ts';
import { invalid } from '../actions/record-request.ts';
import type { Deps } from '../deps.ts';
import { announceRotation, type RotationContext, saveRotation, tellDeployment } from './announce-rotation.ts';
import { conflict, notFound } from './refusals.ts';

type ConsumerDeps = Pick<Deps, 'store' | 'clock' | 'ids'>;

/** Consumers that nobody has looked at in this rotation begin as not done. */
export async function addConsumers(
  { deps, tx }: RotationContext,
  rotation: Rotation,
  seats: readonly ConsumerSeat[],
): Promise<void> {
  for (const { consumer, hook } of seats) {
    await tx.rotationConsumers.put({
      rotationId: rotation.id,
      consumer,
      hook,
      state: 'todo',
      requestId: deps.ids.next('dep'),
      runRef: null,
      url: null,
      problem: null,
      by: null,
      at: null,
      attempts: 0,
      notBeforeAt: deps.clock.now(),
      revision: 1,
    });
  }
}

export interface TickInput {
  readonly actor: Actor;
  readonly rotationId: string;
  /** Names; null: everybody. */
  readonly consumers: readonly string[] | null;
}

/** People say which consumers read the new value; with the last one the step is done. Repeated clicks change nothing. */
export async function tickConsumers(
  deps: ConsumerDeps,
  { actor, rotationId, consumers }: TickInput,
): Promise<Rotation> {
  return deps.store.write(async (tx) => {
    const rotation = await openForRedeploy(tx, rotationId);
    const rows = await tx.rotationConsumers.ofRotation(rotationId);
    const meant = rows.filter(({ consumer, state }) => state !== 'done' && (consumers?.includes(consumer) ?? true));
    for (const row of meant) await settleConsumer({ deps, tx }, row, { state: 'done', actor, problem: null });
    return finishRedeploy({ deps, tx }, rotation, actor);
  });
}

/** Deployments that came to nothing are asked for anew, as requests of their own. */
export async function retryDeployments(
  deps: ConsumerDeps,
  { actor, rotationId }: Pick<TickInput, 'actor' | 'rotationId'>,
): Promise<number> {
  return deps.store.write(async (tx) => {
    const rotation = await openForRedeploy(tx, rotationId);
    const failed = (await tx.rotationConsumers.ofRotation(rotationId)).filter(
      ({ state, hook }) => state === 'failed' && hook !== null,
    );
    for (const row of failed) {
      await tx.rotationConsumers.put({
        ...row,
        state: 'todo',
        requestId: deps.ids.next('dep'),
        runRef: null,
        url: null,
        problem: null,
        attempts: 0,
        notBeforeAt: deps.clock.now(),
        revision: row.revision + 1,
      });
      const entry = { at: deps.clock.now(), actor, verb: 'rotation.consumer.asked', subject: rotationId };
      await tx.audit.append({ ...entry, detail: { consumer: row.consumer, hook: row.hook } });
    }
    await announceRotation({ deps, tx }, rotation);
    return failed.length;
  });
}

async function openForRedeploy(tx: Repos, rotationId: string): Promise<Rotation> {
  const rotation = await tx.rotations.get(rotationId);
  if (rotation === undefined) throw notFound(rotationId);
  if (rotation.state !== 'open') throw conflict(rotation, 'Nothing was changed: this rotation is over.');
  if (!isOver(stepOf(rotation, 'store').state)) throw invalid('The new value has to be stored first.');
  return rotation;
}

export interface Settling {
  readonly state: 'done' | 'failed';
  readonly actor: Actor;
  readonly problem: string | null;
  readonly url?: string | null;
  readonly runRef?: string | null;
}

/** One consumer is through, or its deployment has failed; a failure is told to whoever drives the rotation. */
export async function settleConsumer(
  { deps, tx }: RotationContext,
  row: RotationConsumer,
  { actor, ...after }: Settling,
): Promise<void> {
  const at = deps.clock.now();
  const settled = { ...row, ...after, by: actorText(actor), at, revision: row.revision + 1 };
  await tx.rotationConsumers.put(settled);
  const detail = { consumer: row.consumer, hook: row.hook, problem: after.problem };
  const verb = `rotation.consumer.${after.state}`;
  await tx.audit.append({ at, actor, verb, subject: row.rotationId, detail });
  if (after.state === 'failed') await tellDeployment({ deps, tx }, settled);
}

/** Ticks *redeploy* when everybody reads the new value. */
export async function finishRedeploy(context: RotationContext, rotation: Rotation, actor: Actor): Promise<Rotation> {
  const { deps, tx } = context;
  const rows = await tx.rotationConsumers.ofRotation(rotation.id);
  const isDone = allDeployed(rows) && stepRefusal(rotation, { step: 'redeploy', event: 'complete' }) === null;
  if (!isDone) {
    await announceRotation(context, rotation);
    return rotation;
  }
  const change = { step: 'redeploy', event: 'complete', by: actorText(actor), at: deps.clock.now() } as const;
  const after = withStep(rotation, { ...change, reason: null, evidence: evidenceOf(rotation, rows) });
  const detail = { step: 'redeploy', consumers: rows.length };
  await saveRotation(context, { before: rotation, after }, { actor, verb: 'rotation.step.done', detail });
  return after;
}

function evidenceOf(rotation: Rotation, rows: readonly RotationConsumer[]): EvidenceOf<'redeploy'> {
  const hooked = rows.filter(byHook).length;
  const proof = rotation.kind === 'drill' ? 'simulated' : hooked === rows.length ? 'shown' : 'word';
  return { proof, consumers: rows.length, byHook: hooked };
}
