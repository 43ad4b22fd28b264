import type { Actor } from '../../domain/actor.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { folded } from '../../domain/key-query.ts';
import { HOUR_MS } from '../../domain/time.ts';
import type { Scope } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { type KeySummary, listAllKeys } from '../inventory/list-keys.ts';
import type { ConsentDeps } from './record-consented.ts';
import { type EachOutcome, requestEach } from './request-each.ts';

export interface ScopeKey {
  readonly key: Key;
  readonly lineage: Lineage;
  /** In the last hour of data. */
  readonly requests: number;
  readonly microUsd: number;
}

/** What suspending a scope would do. */
export interface ScopePlan {
  readonly scope: Scope;
  readonly providerTitle: string;
  /** The busiest first. */
  readonly hits: readonly ScopeKey[];
  /** Working keys that go on, with the reason. */
  readonly spared: readonly { readonly slug: string; readonly why: 'admin' | 'no_right' }[];
  /** Stands for what would be hit, as the person sees it: another one means that it has changed. */
  readonly seen: string;
}

type PlanDeps = Pick<Deps, 'store' | 'clock' | 'providers'>;

/** `provider:id` of a scope, for a button. */
export function scopeKeyOf({ providerId, id }: Pick<Scope, 'providerId' | 'id'>): string {
  return `${providerId}:${id}`;
}

/** By name or id: exact before beginnings before fragments. Case and accents do not count. */
export async function findScopes({ store }: Pick<Deps, 'store'>, wanted: string): Promise<readonly Scope[]> {
  const needle = folded(wanted);
  if (needle === '') return [];
  const named = (await store.read.scopes.all()).map((scope) => ({
    scope,
    names: [scope.name, scope.id, scopeKeyOf(scope)].map(folded),
  }));
  const tiers: readonly ((name: string) => boolean)[] = [
    (name) => name === needle,
    (name) => name.startsWith(needle),
    (name) => name.includes(needle),
  ];
  for (const fits of tiers) {
    const found = named.filter(({ names }) => names.some(fits));
    if (found.length > 0) return found.map(({ scope }) => scope);
  }
  return [];
}

/** Every working key of the scope, whichever connection reads it, with what it does just now. */
export async function planScope(deps: PlanDeps, scope: Scope): Promise<ScopePlan> {
  const { store, clock, providers } = deps;
  const working = (await listAllKeys(deps)).filter(
    ({ key }) => key.providerId === scope.providerId && key.scopeId === scope.id && key.status === 'active',
  );
  const why = ({ key }: KeySummary): 'admin' | 'no_right' | null => {
    if (key.kind === 'admin') return 'admin';
    return providers.get(key.connectionId)?.suspendKey === undefined ? 'no_right' : null;
  };
  const stoppable = working.filter((summary) => why(summary) === null);
  const now = clock.now();
  const traffic = new Map<string, { requests: number; microUsd: number }>();
  const ids = stoppable.map(({ key }) => key.id);
  for (const bucket of await store.read.usage.ofKeys(ids, { from: now - HOUR_MS, to: now })) {
    const sum = traffic.get(bucket.keyId) ?? { requests: 0, microUsd: 0 };
    sum.requests += bucket.requests ?? 0;
    sum.microUsd += bucket.costMicroUsd;
    traffic.set(bucket.keyId, sum);
  }
  return {
    scope,
    providerTitle: [...providers.values()].find(({ id }) => id === scope.providerId)?.title ?? scope.providerId,
    hits: stoppable
      .map(({ key, lineage }) => ({ key, lineage, ...(traffic.get(key.id) ?? { requests: 0, microUsd: 0 }) }))
      .sort((a, b) => b.microUsd - a.microUsd || b.requests - a.requests),
    spared: working.flatMap((summary) => {
      const reason = why(summary);
      return reason === null ? [] : [{ slug: summary.lineage.slug, why: reason }];
    }),
    seen: stoppable.map(({ key }) => `${key.id}@${key.generation}`).join(' '),
  };
}

export interface SuspendScopeInput {
  readonly actor: Actor;
  readonly plan: ScopePlan;
  readonly reason: string;
}

/** One durable action for each key of the scope, whose own name was typed; tells of each what became of it. */
export function suspendScope(
  deps: ConsentDeps,
  { actor, plan, reason }: SuspendScopeInput,
): Promise<readonly EachOutcome[]> {
  return requestEach(deps, { actor, kind: 'suspend', keys: plan.hits, reason });
}
