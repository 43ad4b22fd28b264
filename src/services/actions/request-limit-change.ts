import type { Action, LimitActKind } from '../../domain/action.ts';
import type { ParamsOf } from '../../domain/action-params.ts';
import { AppError } from '../../domain/errors.ts';
import type { Grant } from '../../domain/grant.ts';
import { countsAsProduction, type Key, type Lineage } from '../../domain/key.ts';
import { capFault, type KnownLimits } from '../../domain/limits.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Repos } from '../../ports/store.ts';
import { grantAsRead, openGrant } from '../grants/open-grant.ts';
import { type ScopeCard, sharers } from '../limits/describe-scope.ts';
import { type LimitSetting, modelsSetting, rateLimitSetting, spendLimitSetting } from './act-on-limits.ts';
import {
  invalid,
  type RequestDeps,
  type RequestInput,
  recordRequest,
  refuseWrongSlug,
  type Wanted,
} from './record-request.ts';

/** The key says which scope is meant. `untilAt`: when what stands there now is restored; absent: never. */
export type RequestLimitChangeInput = RequestInput & {
  readonly untilAt?: number | null;
  /** The grant whose end this is, as it was read: noted with the request, which is refused where it has changed since. */
  readonly endOf?: Grant;
} & {
    [Kind in LimitActKind]: { readonly kind: Kind; readonly change: Omit<ParamsOf[Kind], 'scopeId'> };
  }[LimitActKind];

/** What a provider must have for each change. */
export const LIMIT_METHOD = {
  set_spend_limit: 'setSpendLimit',
  set_rate_limit: 'setRateLimit',
  set_models: 'setModelPermissions',
} as const satisfies Record<LimitActKind, keyof Provider>;

/** Makes a change of a scope's limits durable. What the person saw must be what is known, or nothing is done. */
export async function requestLimitChange(deps: RequestDeps, input: RequestLimitChangeInput): Promise<Action> {
  return recordRequest(deps, input, async ({ tx, key, lineage }) => {
    const scopeId = refuseUnfit(deps, key, input);
    const known = await tx.scopeLimits.get(key.connectionId, scopeId);
    if (needsSlugForScope(lineage, await sharers(tx, key))) refuseWrongSlug(lineage, input.typedSlug);
    const decided = decide(input, scopeId, known);
    const id = [input.kind, key.connectionId, scopeId, known?.revision ?? 0, JSON.stringify(decided.params)];
    const wanted = { kind: input.kind, idempotencyKey: id.join(':'), ...decided };
    const { untilAt, endOf } = input;
    if (endOf !== undefined) return { ...wanted, withIt: await endingWith(tx, endOf) };
    if (untilAt == null) return wanted;
    if (decided.params.from === null)
      throw invalid('What was not limited before cannot be restored: leave the end out.');
    return {
      ...wanted,
      detail: { ...decided.detail, until: untilAt },
      withIt: (writing, action) => openGrant({ deps, tx: writing }, { action, key, untilAt }),
    };
  });
}

async function endingWith(tx: Repos, read: Grant): Promise<NonNullable<Wanted['withIt']>> {
  const grant = await grantAsRead(tx, read);
  if (grant !== null) return (writing, { id }) => writing.grants.update({ ...grant, restoreActionId: id });
  const publicMessage = 'Nothing was changed: its time was changed meanwhile.';
  throw new AppError({ code: 'conflict', message: `grant ${read.id} is not as it was read`, publicMessage });
}

/** A limit holds for every key of the scope, so one production key among them is enough. */
export function needsSlugForScope(
  lineage: Lineage,
  { productionSibling }: Pick<ScopeCard, 'productionSibling'>,
): boolean {
  return countsAsProduction(lineage.environment) || productionSibling !== null;
}

function refuseUnfit({ providers }: RequestDeps, key: Key, { kind }: RequestLimitChangeInput): string {
  if (key.kind === 'admin' || key.scopeId === null) {
    throw invalid('This key belongs to no scope with limits of its own. Use the provider’s console.');
  }
  if (providers.get(key.connectionId)?.[LIMIT_METHOD[kind]] === undefined) {
    throw invalid('There is no right, or no way, to change this from here. Use the provider’s console.');
  }
  return key.scopeId;
}

function decide(input: RequestLimitChangeInput, scopeId: string, known: KnownLimits | undefined) {
  switch (input.kind) {
    case 'set_spend_limit': {
      const fault = capFault(input.change.to);
      if (fault !== null) throw invalid(fault);
      return accept(spendLimitSetting, { ...input.change, scopeId }, known);
    }
    case 'set_rate_limit':
      return accept(rateLimitSetting, { ...input.change, scopeId }, known);
    case 'set_models':
      return accept(modelsSetting, { ...input.change, scopeId }, known);
  }
}

function accept<Change extends ParamsOf[LimitActKind]>(
  setting: LimitSetting<Change>,
  change: Change,
  known: KnownLimits | undefined,
) {
  const { noun, words } = setting;
  const present = known?.limits == null ? undefined : setting.present(known.limits, change);
  if (present === undefined) {
    throw invalid(`Nothing was changed: ${noun} of this scope is not known here. Use the provider’s console.`);
  }
  if (setting.same(change.from, change.to)) throw invalid(`Nothing to change: ${noun} is ${words(change.to)} already.`);
  if (!setting.same(present, change.from)) {
    throw new AppError({
      code: 'conflict',
      message: `${noun} of ${change.scopeId} is not what was seen`,
      publicMessage: `Nothing was changed: ${noun} was ${words(change.from)} when you looked and is ${words(present)} now.`,
    });
  }
  return { params: change, detail: { scopeId: change.scopeId, from: words(change.from), to: words(change.to) } };
}
