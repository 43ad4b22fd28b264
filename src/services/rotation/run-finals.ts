import { type Action, idempotencyKeyOf } from '../../domain/action.ts';
import { actorOf, actorText, systemActor } from '../../domain/actor.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { showsOf } from '../../domain/rotation-proof.ts';
import { endRefusal, isFinalDue, withoutGrace } from '../../domain/rotation-steering.ts';
import { formatLength } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import { insertAction } from '../actions/record-request.ts';
import { needsSecondPerson } from '../actions/second-person.ts';
import type { Deps } from '../deps.ts';
import { saveRotation } from './announce-rotation.ts';
import { finalOf, retirementOf } from './old-key-end.ts';

const ACTOR = systemActor('end-old-keys');

type FinalDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'providers' | 'outlets'>;

/**
 * Revokes for good what was suspended long enough, with the consent that was given before the grace began. Where that does
 * not hold any more nothing is revoked, and the step asks anew.
 */
export async function runFinals(deps: FinalDeps): Promise<void> {
  const now = deps.clock.now();
  for (const { id } of (await deps.store.read.rotations.allOpen()).filter((one) => isFinalDue(one, now))) {
    await deps.store.write(async (tx) => {
      const rotation = await tx.rotations.get(id);
      if (rotation !== undefined && isFinalDue(rotation, now)) await runFinal(deps, tx, rotation);
    });
  }
}

/** What is paused is due when it goes on, which wakes the timers; what was asked for is the action's affair. */
export async function nextFinalAt({ store }: Pick<Deps, 'store'>): Promise<number | null> {
  const open = (await store.read.rotations.openWithKeys()).flatMap(({ rotation, oldKey }) =>
    rotation.finalAt === null || endRefusal(rotation) !== null ? [] : [{ at: rotation.finalAt, oldKey }],
  );
  for (const { at, oldKey } of open.toSorted((a, b) => a.at - b.at)) {
    const asked = await finalOf(store.read, oldKey);
    if (asked === undefined || asked.state === 'dismissed' || asked.state === 'failed') return at;
  }
  return null;
}

async function runFinal(deps: FinalDeps, tx: Repos, rotation: Rotation): Promise<void> {
  const key = await tx.keys.get(rotation.oldKeyId);
  if (key === undefined || showsOf(key.status) !== 'suspended') return;
  const asked = await finalOf(tx, key);
  if (asked !== undefined && asked.state !== 'dismissed' && asked.state !== 'failed') return;
  const retired = await retirementOf(tx, rotation, key);
  const twoPeople = await needsSecondPerson({ deps, repos: tx }, { kind: 'revoke', key, params: null });
  const fault =
    asked !== undefined
      ? 'it was given up by a person'
      : retired === null
        ? 'it is not the stop that was agreed on'
        : twoPeople && !isAgreed(retired.action)
          ? 'it counts as production by now, and no second person has agreed'
          : null;
  if (fault !== null || retired === null) {
    const detail = { reason: fault, keyId: key.id };
    const news = { actor: ACTOR, verb: 'rotation.grace_ended', detail };
    const at = deps.clock.now();
    const after = withoutGrace(rotation, { by: actorText(ACTOR), at, reason: fault ?? '' });
    await saveRotation({ deps, tx }, { before: rotation, after }, news);
    return;
  }
  const { action, params } = retired;
  const wanted = { kind: 'revoke', idempotencyKey: idempotencyKeyOf('revoke', key), params: null } as const;
  const reason = `${formatLength(params.graceMs)} after it was suspended: ${action.reason}`;
  const detail = { rotationId: rotation.id, graceMs: params.graceMs };
  const request = { ...wanted, actor: actorOf(action.requestedBy), alertId: action.alertId, reason, detail };
  await insertAction({ deps, tx }, { ...request, consent: action.consent }, key);
  await tx.audit.append({
    at: deps.clock.now(),
    actor: ACTOR,
    verb: 'rotation.final_asked',
    subject: rotation.id,
    detail,
  });
}

/** By people: policy's word is enough only where one person's would be. */
function isAgreed({ consent }: Pick<Action, 'consent'>): boolean {
  return consent !== null && consent.kind !== 'policy';
}
