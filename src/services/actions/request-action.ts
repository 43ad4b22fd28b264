import { type Action, type ActionKind, canRequest, idempotencyKeyOf } from '../../domain/action.ts';
import { type Actor, actorText } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import { countsAsProduction, type Key, type Lineage } from '../../domain/key.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import type { Repos } from '../../ports/store.ts';
import { addAlertEvent, announceAlert } from '../alerts/announce.ts';
import type { Deps } from '../deps.ts';

export interface RequestActionInput {
  readonly actor: Actor;
  readonly kind: ActionKind;
  readonly keyId: string;
  /** The key's generation that the person saw; another one means that somebody was faster. */
  readonly generation: number;
  readonly alertId: string | null;
  readonly reason: string;
  /** What the person typed to confirm; needed where the environment is production or unknown. */
  readonly typedSlug: string | null;
}

type RequestDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'providers'>;

export const REASON_MAX = 300;

/**
 * Makes an act durable before anything happens outside. Asking twice for the same act is one act; a failed one is
 * taken up again. Throws AppError with what the key is now when the act no longer applies.
 */
export async function requestAction(deps: RequestDeps, input: RequestActionInput): Promise<Action> {
  // People paste the leaked key itself into the reason.
  const reason = scrubSecrets(input.reason.trim()).slice(0, REASON_MAX);
  if (reason === '') throw invalid('Say in a few words why; it goes into the audit log.');
  return deps.store.write(async (tx) => {
    const key = await tx.keys.get(input.keyId);
    const lineage = key && (await tx.lineages.get(key.lineageId));
    if (key === undefined || lineage === undefined) throw invalid('This key is not in the inventory any more.');
    refuseUnfit(deps, { key, lineage }, input);
    return recordRequest({ deps, tx }, { ...input, reason }, key);
  });
}

/** Whether the person has to type the key's slug before this act. */
export function needsTypedSlug(kind: ActionKind, lineage: Lineage): boolean {
  return kind !== 'restore' && countsAsProduction(lineage.environment);
}

function refuseUnfit(
  deps: RequestDeps,
  { key, lineage }: { key: Key; lineage: Lineage },
  { kind, generation, typedSlug }: RequestActionInput,
): void {
  if (key.kind === 'admin') throw invalid('Admin keys are never stopped from here. Use the provider’s console.');
  if (deps.providers.get(key.connectionId)?.[`${kind}Key`] === undefined) {
    throw invalid(`There is no right, or no way, to ${kind} this key from here. Use the provider’s console.`);
  }
  if (key.generation !== generation || !canRequest(kind, key.status)) {
    throw new AppError({
      code: 'conflict',
      message: `${kind} of ${key.id} asked at generation ${generation}, now ${key.generation} (${key.status})`,
      publicMessage: `Nothing was done: ${lineage.slug} is ${key.status} now. Somebody, or the provider, changed it before you.`,
    });
  }
  if (needsTypedSlug(kind, lineage) && typedSlug?.trim() !== lineage.slug) {
    throw invalid(`Type ${lineage.slug} exactly to confirm; this key counts as production.`);
  }
}

async function recordRequest(
  { deps, tx }: { deps: RequestDeps; tx: Repos },
  input: RequestActionInput,
  key: Key,
): Promise<Action> {
  const now = deps.clock.now();
  const action: Action = {
    id: deps.ids.next('act'),
    idempotencyKey: idempotencyKeyOf(input.kind, key),
    kind: input.kind,
    keyId: key.id,
    alertId: input.alertId,
    requestedBy: actorText(input.actor),
    reason: input.reason,
    state: 'pending',
    attempts: 0,
    notBeforeAt: now,
    requestedAt: now,
    executedAt: null,
    verifiedAt: null,
    problem: null,
  };
  const recorded = (await tx.actions.insert(action)) ? action : await takeUpAgain({ tx, now }, action);
  if (recorded === null) return (await tx.actions.byIdempotencyKey(action.idempotencyKey)) ?? action;

  const detail = { kind: input.kind, keyId: key.id, reason: input.reason };
  await tx.audit.append({ at: now, actor: input.actor, verb: `key.${input.kind}.requested`, subject: key.id, detail });
  if (input.alertId !== null) {
    await addAlertEvent({ deps, tx }, { id: input.alertId }, { kind: 'action_requested', actor: input.actor, detail });
    await announceAlert({ deps, tx }, { id: input.alertId });
  }
  return recorded;
}

/** Null: the same act is under way or done already. */
async function takeUpAgain({ tx, now }: { tx: Repos; now: number }, fresh: Action): Promise<Action | null> {
  const standing = await tx.actions.byIdempotencyKey(fresh.idempotencyKey);
  if (standing?.state !== 'failed' && standing?.state !== 'dismissed') return null;
  const again: Action = {
    ...standing,
    state: 'pending',
    requestedBy: fresh.requestedBy,
    reason: fresh.reason,
    requestedAt: now,
    notBeforeAt: now,
    problem: null,
  };
  await tx.actions.update(again);
  return again;
}

function invalid(publicMessage: string): AppError {
  return new AppError({ code: 'invalid_input', message: publicMessage, publicMessage });
}
