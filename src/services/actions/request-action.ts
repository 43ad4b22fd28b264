import { type Action, canRequest, idempotencyKeyOf, type KeyActKind } from '../../domain/action.ts';
import type { EarlyEnd } from '../../domain/early-end.ts';
import { AppError } from '../../domain/errors.ts';
import { countsAsProduction, type Key, type Lineage } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';
import { recordEarlyEnds, refuseUntold } from '../rotation/early-end.ts';
import { type ConsentDeps, type ConsentInput, type RequestOutcome, recordConsented } from './record-consented.ts';
import { type Decide, invalid, type RequestDeps, refuseWrongSlug } from './record-request.ts';
import { isFinal } from './second-person.ts';
import { withdrawStops } from './withdraw-stops.ts';

export interface RequestActionInput extends ConsentInput {
  readonly kind: KeyActKind;
  /** The key's generation that the person saw; another one means that somebody was faster. */
  readonly generation: number;
  /** What the person was told that speaks against an end for good now; more than that by then refuses it. */
  readonly told?: readonly EarlyEnd[];
}

/**
 * Makes an act on a key durable before anything happens outside. Asking twice for the same act is one act; a failed one is
 * taken up again. What cannot be undone may wait for a second person first. Throws AppError with what the key is now when
 * the act no longer applies.
 */
export async function requestAction(deps: ConsentDeps, input: RequestActionInput): Promise<RequestOutcome> {
  return recordConsented(deps, input, async (asked) => {
    const wanted = await decideKeyAct(deps, input)(asked);
    if (input.kind === 'restore') await withdrawStops({ deps, tx: asked.tx }, asked.key, input.actor);
    if (needsTypedSlug(input.kind, asked.lineage)) refuseWrongSlug(asked.lineage, input.typedSlug);
    return wanted;
  });
}

/** Whether the act is fit for the key as it is in this transaction; asked again when a second person approves it. */
export function decideKeyAct(
  deps: RequestDeps,
  { kind, generation, told = [] }: Pick<RequestActionInput, 'kind' | 'generation' | 'told'>,
): Decide {
  return async ({ tx, key, lineage }) => {
    refuseUnfit(deps, { key, lineage }, { kind, generation });
    const wanted = { kind, idempotencyKey: idempotencyKeyOf(kind, key), params: null, detail: {} };
    if (!isFinal(deps, kind, key)) return wanted;
    await refuseUntold(tx, [key.id], told);
    if (told.length === 0) return wanted;
    const withIt = (repos: Repos, action: Action) => recordEarlyEnds(deps, { tx: repos, action }, told);
    return { ...wanted, params: { overrides: told }, withIt };
  };
}

/** Whether the person has to type the key's slug before this act. */
export function needsTypedSlug(kind: KeyActKind, lineage: Lineage): boolean {
  return kind !== 'restore' && countsAsProduction(lineage.environment);
}

function refuseUnfit(
  deps: RequestDeps,
  { key, lineage }: { key: Key; lineage: Lineage },
  { kind, generation }: Pick<RequestActionInput, 'kind' | 'generation'>,
): void {
  if (key.kind === 'admin') throw invalid('Admin keys are never stopped from here. Use the provider’s console.');
  if (deps.providers.get(key.connectionId)?.[`${kind}Key`] === undefined) {
    throw invalid(`There is no right, or no way, to ${kind} this key from here. Use the provider’s console.`);
  }
  if (key.generation !== generation || !canRequest(kind, key.status)) throw changed(key, lineage, generation);
}

/** Somebody, or the provider, was faster. */
export function changed(key: Key, lineage: Lineage, generation: number): AppError {
  return new AppError({
    code: 'conflict',
    message: `${key.id} asked about at generation ${generation}, now ${key.generation} (${key.status})`,
    publicMessage: `Nothing was done: ${lineage.slug} is ${key.status} now. Somebody, or the provider, changed it before you.`,
  });
}
