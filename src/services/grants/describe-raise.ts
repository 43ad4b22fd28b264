import { raiseBound } from '../../domain/cap.ts';
import { type Grant, isRaise, ownCapTarget, scopeTarget } from '../../domain/grant.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { ownCapOf } from '../../domain/own-cap.ts';
import { monthStart } from '../../domain/time.ts';
import type { ConsoleSteps } from '../../ports/provider.ts';
import type { Deps } from '../deps.ts';
import { capControls, describeScope, type ScopeCard, spentThisMonth } from '../limits/describe-scope.ts';
import { keysCountedIn } from '../rotation/named-keys.ts';
import { grantsOfKey } from './read-grants.ts';

/** One cap that a person may think of when they raise a key's cap. */
export interface RaisableCap {
  /** Null: there is none. */
  readonly microUsd: number | null;
  /** Up to here without an admin; null where there is no cap to raise. */
  readonly boundMicroUsd: number | null;
  /** In this calendar month, UTC; null where it is not known. */
  readonly spentMicroUsd: number | null;
  /** The change that holds for a time, the newest. */
  readonly grant: Grant | null;
}

export interface RaiseCard {
  /** The team's own. */
  readonly own: RaisableCap;
  /** The provider's; null where it has none that we could know of. */
  readonly scope: (RaisableCap & { readonly card: ScopeCard; readonly canChange: boolean }) | null;
  /** How the provider's cap is changed by hand, where it cannot be from here. */
  readonly consoleSteps: ConsoleSteps | null;
}

type DescribeDeps = Pick<Deps, 'store' | 'clock' | 'providers' | 'policy'>;

/** What raising the cap of a key could mean here. */
export async function describeRaise(deps: DescribeDeps, key: Key, lineage: Lineage): Promise<RaiseCard> {
  const grants = await grantsOfKey(deps, key);
  const own = raisable(deps, ownCapOf(lineage, deps.policy).microUsd, of(grants, ownCapTarget(lineage.id)));
  const card = key.kind === 'admin' ? null : await describeScope(deps, key);
  const { canChange, consoleSteps } = capControls(deps, key, card?.known ?? null);
  const spent = { ...own, spentMicroUsd: await spentByLineage(deps, lineage) };
  const spendLimit = card?.known?.limits?.spendLimit;
  if (card === null || key.scopeId === null || spendLimit?.availability !== 'available') {
    return { own: spent, scope: null, consoleSteps };
  }
  const ref = { kind: 'set_spend_limit', connectionId: key.connectionId, scopeId: key.scopeId } as const;
  const scope = raisable(deps, spendLimit.monthlyMicroUsd, of(grants, scopeTarget(ref)));
  const spentMicroUsd = await spentThisMonth(deps, key);
  return { own: spent, scope: { ...scope, spentMicroUsd, card, canChange }, consoleSteps };
}

function of(grants: readonly Grant[], target: string): readonly Grant[] {
  return grants.filter((grant) => grant.target === target);
}

/** Raises upon raises count from the cap that stands when all of them are over: repeating goes no further. */
function raisable({ policy }: DescribeDeps, microUsd: number | null, grants: readonly Grant[]): RaisableCap {
  const raises = grants.filter(({ change }) => isRaise(change));
  const former = raises[0]?.change.from;
  const baseMicroUsd = typeof former === 'number' ? former : microUsd;
  return {
    microUsd,
    boundMicroUsd: baseMicroUsd === null ? null : raiseBound(baseMicroUsd, policy.caps),
    spentMicroUsd: null,
    grant: grants.at(-1) ?? null,
  };
}

async function spentByLineage({ store, clock }: DescribeDeps, { id }: Lineage): Promise<number> {
  const now = clock.now();
  const keys = await keysCountedIn(store.read, id);
  return store.read.usage.costOf(
    keys.map((key) => key.id),
    { from: monthStart(now), to: now },
  );
}
