import { idempotencyKeyOf } from '../../domain/action.ts';
import { type Actor, actorText, systemActor } from '../../domain/actor.ts';
import type { Key } from '../../domain/key.ts';
import { type Rotation, stepOf } from '../../domain/rotation.ts';
import { type EvidenceOf, parseEvidence } from '../../domain/rotation-evidence.ts';
import { showsOf } from '../../domain/rotation-proof.ts';
import { standingOf } from '../../domain/rotation-standing.ts';
import { steered } from '../../domain/rotation-steering.ts';
import type { Repos } from '../../ports/store.ts';
import { insertAction, invalid } from '../actions/record-request.ts';
import { withdrawStops } from '../actions/withdraw-stops.ts';
import type { Deps } from '../deps.ts';
import { saveRotation, tellSecret } from './announce-rotation.ts';
import { moveBack } from './move-key.ts';
import { cleanReason } from './open-rotation.ts';
import { forgetTries, nextTryAt, putSecretBack } from './put-secret-back.ts';
import { notFound, stale } from './refusals.ts';
import type { SteerInput } from './steer-rotation.ts';

const ACTOR = systemActor('roll-back-rotations');

type RollBackDeps = Pick<
  Deps,
  'store' | 'clock' | 'ids' | 'outlets' | 'providers' | 'secretStores' | 'fingerprint' | 'logger'
>;

/** What a roll-back does, and what it cannot do; told before anybody agrees to it. */
export interface RollBackPlan {
  /** Null: it can be done. */
  readonly refusal: string | null;
  /** `by_us`: we start it again; `by_hand`: a person has to, in the console. */
  readonly oldKey: 'works' | 'by_us' | 'by_hand';
  readonly secret: SecretPlan;
}

export type SecretPlan =
  | { readonly how: 'none' }
  | {
      readonly how: 'by_us' | 'by_hand';
      readonly store: string | null;
      readonly reference: string | null;
      readonly version: string | null;
    };

export function rollBackPlan(
  deps: Pick<Deps, 'providers' | 'secretStores'>,
  rotation: Rotation,
  old: Key,
): RollBackPlan {
  const shows = showsOf(old.status);
  const canRestore = deps.providers.get(old.connectionId)?.restoreKey !== undefined;
  const oldKey = shows === 'works' ? 'works' : canRestore ? 'by_us' : 'by_hand';
  const refusal =
    shows === 'ended' && rotation.kind !== 'drill'
      ? 'The old key is gone for good and cannot come back: going back would leave everybody without a key. Go on with the new one, or cancel.'
      : null;
  return { refusal, oldKey, secret: secretPlan(deps, rotation) };
}

/**
 * Goes back: the old key is started again first, then the secret gets its former version, so that nobody reads a key that
 * does not work. What is asked for outside is durable; the rotation ends when both are done.
 */
export async function rollBack(deps: RollBackDeps, input: SteerInput): Promise<Rotation> {
  const { actor, rotationId } = input;
  const reason = cleanReason(input.reason);
  return deps.store.write(async (tx) => {
    const before = await tx.rotations.get(rotationId);
    const old = before && (await tx.keys.get(before.oldKeyId));
    if (before === undefined || old === undefined) throw notFound(rotationId);
    if (standingOf(before) === 'rolling_back') return before;
    const going = steered(before, 'roll_back', { by: actorText(actor), at: deps.clock.now(), reason });
    if (going === null) throw stale(before);
    const { refusal, oldKey } = rollBackPlan(deps, before, old);
    if (refusal !== null) throw invalid(refusal);
    if (before.kind !== 'drill') {
      await withdrawStops({ deps, tx }, old, actor);
      await forgetTries(tx, before);
      if (oldKey === 'by_us') await startAgain(deps, tx, { rotation: before, old, actor, reason });
    }
    const after = await moveBack({ deps, tx }, going, actor);
    const detail = { reason, newKeyId: before.newKeyId, oldKey };
    await saveRotation({ deps, tx }, { before, after }, { actor, verb: 'rotation.rolling_back', detail });
    return after;
  });
}

/** Ends the roll-backs whose old key works again, with the secret's former version in place. */
export async function settleRollBacks(deps: RollBackDeps): Promise<void> {
  for (const rotation of await settling(deps)) {
    if ((await nextTryAt(deps.store.read, rotation)) > deps.clock.now()) continue;
    const back = await putSecretBack(deps, rotation);
    if (back.kind === 'later') continue;
    const { words } = back;
    await deps.store.write(async (tx) => {
      const before = await tx.rotations.get(rotation.id);
      if (before === undefined || standingOf(before) !== 'rolling_back' || before.rollback === null) return;
      const at = deps.clock.now();
      const { by, reason } = before.rollback;
      const ended = steered(before, 'cancel', { by, at, reason });
      if (ended === null) return;
      const steps = ended.steps.map((step) =>
        step.name === 'store' && words !== null
          ? { ...step, reason: words, by: actorText(ACTOR), at, revision: step.revision + 1 }
          : step,
      );
      const news = { actor: ACTOR, verb: 'rotation.rolled_back', detail: { reason, secret: words } };
      await saveRotation({ deps, tx }, { before, after: { ...ended, steps } }, news);
      if (back.kind === 'by_hand') await tellSecret({ deps, tx }, rotation);
    });
  }
}

/** When the next one can end or is tried again; a key that works again wakes the timers. */
export async function nextRollBackAt({ store, clock }: Pick<Deps, 'store' | 'clock'>): Promise<number | null> {
  const times: number[] = [];
  for (const rotation of await settling({ store })) times.push(await nextTryAt(store.read, rotation));
  return times.length === 0 ? null : Math.max(clock.now(), Math.min(...times));
}

async function settling({ store }: Pick<Deps, 'store'>): Promise<readonly Rotation[]> {
  const ready: Rotation[] = [];
  for (const { rotation, oldKey } of await store.read.rotations.openWithKeys()) {
    if (standingOf(rotation) !== 'rolling_back') continue;
    if (rotation.kind === 'drill' || showsOf(oldKey.status) === 'works') ready.push(rotation);
  }
  return ready;
}

interface Beginning {
  readonly rotation: Rotation;
  readonly old: Key;
  readonly actor: Actor;
  readonly reason: string;
}

async function startAgain(deps: RollBackDeps, tx: Repos, { rotation, old, actor, reason }: Beginning): Promise<void> {
  const wanted = { kind: 'restore', idempotencyKey: idempotencyKeyOf('restore', old), params: null } as const;
  const request = { ...wanted, detail: { rotationId: rotation.id }, actor, alertId: rotation.alertId, reason };
  await insertAction({ deps, tx }, { ...request, consent: null }, old);
}

function secretPlan({ secretStores }: Pick<Deps, 'secretStores'>, rotation: Rotation): SecretPlan {
  const step = stepOf(rotation, 'store');
  if (step.state !== 'done') return { how: 'none' };
  const kept: EvidenceOf<'store'> | null = parseEvidence('store', step.evidence);
  const { store = null, reference = null, formerVersion: version = null } = kept ?? {};
  const canRestore = store !== null && secretStores.get(store)?.restore !== undefined;
  const how = canRestore && reference !== null && version !== null ? 'by_us' : 'by_hand';
  return { how, store, reference, version };
}
