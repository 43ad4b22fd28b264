import { LIMIT_ACT_KINDS, type LimitActKind } from '../../domain/action.ts';
import type { Key } from '../../domain/key.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { ConsoleSteps, Provider } from '../../ports/provider.ts';
import { LIMIT_METHOD } from '../actions/request-limit-change.ts';
import type { Deps } from '../deps.ts';
import { keysCountedIn, lineageCounting } from '../rotation/named-keys.ts';
import { capControls, type ScopeCard } from './describe-scope.ts';

/** Why a limit cannot be changed from here. */
export type BrakeGap = 'no_method' | 'read_only' | 'unread' | 'not_enabled' | 'refused' | 'nothing_there';

export interface Brake {
  readonly kind: LimitActKind;
  /** Null: it can be changed from here. */
  readonly gap: BrakeGap | null;
  /** Null: some minutes. */
  readonly delayMs: number | null;
}

export interface BrakesCard {
  readonly scope: ScopeCard;
  readonly brakes: readonly Brake[];
  /** How it is done by hand. */
  readonly consoleSteps: ConsoleSteps;
}

/** What this provider offers against a key's spend short of stopping the key: which of it from here, and why not the rest. */
export function describeBrakes(deps: Pick<Deps, 'providers' | 'clock'>, key: Key, scope: ScopeCard): BrakesCard | null {
  const provider = deps.providers.get(key.connectionId);
  if (provider === undefined) return null;
  const brakes = LIMIT_ACT_KINDS.map((kind): Brake => {
    const gap = gapOf(provider, scope, kind) ?? (kind === 'set_spend_limit' ? capGap(deps, key, scope) : null);
    return { kind, gap, delayMs: provider.capabilities.limitDelayMs?.[kind] ?? null };
  });
  const ref = { providerKeyId: key.providerKeyId, scopeId: key.scopeId };
  return { scope, brakes, consoleSteps: provider.consoleSteps('change_cap', ref) };
}

function gapOf(provider: Provider, { known }: ScopeCard, kind: LimitActKind): BrakeGap | null {
  if (provider[LIMIT_METHOD[kind]] === undefined) return provider.writable ? 'no_method' : 'read_only';
  if (known?.limits == null) return 'unread';
  const { spendLimit, models, rateLimits } = known.limits;
  if (kind === 'set_rate_limit') return rateLimits.length === 0 ? 'nothing_there' : null;
  const { availability } = kind === 'set_models' ? models : spendLimit;
  return availability === 'available' ? null : 'not_enabled';
}

function capGap(deps: Pick<Deps, 'providers' | 'clock'>, key: Key, { known }: ScopeCard): BrakeGap | null {
  return capControls(deps, key, known).canChange ? null : 'refused';
}

/** The models that a lineage has used in a week, the one that burns most now first. */
export async function modelsOfLate(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  key: Key,
): Promise<readonly string[]> {
  const now = clock.now();
  const keys = await keysCountedIn(store.read, await lineageCounting(store.read, key));
  const range = { from: now - 7 * DAY_MS, to: now };
  const days = await store.read.usage.ofKeysFolded(
    keys.map(({ id }) => id),
    range,
    DAY_MS,
  );
  const costs = new Map<string, { today: number; week: number }>();
  for (const { model, startAt, widthMs, costMicroUsd } of days) {
    const cost = costs.get(model) ?? { today: 0, week: 0 };
    cost.week += costMicroUsd;
    if (startAt + widthMs > now - DAY_MS / 2) cost.today += costMicroUsd;
    costs.set(model, cost);
  }
  const ranked = [...costs].sort(([, a], [, b]) => b.today - a.today || b.week - a.week);
  return ranked.map(([model]) => model);
}
