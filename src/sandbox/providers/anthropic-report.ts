import type { TimeRange, World, WorldKey, WorldScope } from '../world/index.ts';
import { badRequest } from './problem.ts';
import { listOf } from './router.ts';
import type { Dimensions, UsageRow } from './usage-rows.ts';

/** The range a report asks for, cut at now: nothing is reported of the future. */
export function reportRange(query: URLSearchParams, now: number): TimeRange {
  const from = instantIn(query, 'starting_at');
  if (from === undefined) throw badRequest('starting_at: Field required');
  const to = instantIn(query, 'ending_at') ?? now;
  if (to < from) throw badRequest('ending_at must not be before starting_at');
  return { from, to: Math.min(to, now) };
}

export function instantIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw badRequest(`${name}: expected an RFC 3339 date and time`);
  return at;
}

/** The keys, and the console, whose usage the filters let through. */
export function filteredSources(world: World, query: URLSearchParams): readonly WorldKey[] {
  const keys = listOf(query, 'api_key_ids');
  const workspaces = listOf(query, 'workspace_ids');
  return world.sourcesOf('anthropic').filter((key) => {
    // An empty entry stands for usage without a key.
    if (keys.length > 0 && !keys.includes(key.keyless ? '' : key.id)) return false;
    return workspaces.length === 0 || workspaces.includes(key.scopeId);
  });
}

export function passesFilters({ line }: UsageRow, query: URLSearchParams): boolean {
  return (
    isIn(query, 'models', line.model) &&
    isIn(query, 'service_tiers', line.variant.serviceTier) &&
    isIn(query, 'context_window', line.variant.contextWindow) &&
    isIn(query, 'context_windows', line.variant.contextWindow)
  );
}

/** The dimensions that usage and cost reports share; the workspace is given by its real id. */
export function reportDimensions({ source, line }: UsageRow): Dimensions {
  return {
    api_key_id: source.keyless ? null : source.id,
    workspace_id: source.scopeId,
    model: line.model,
    service_tier: line.variant.serviceTier,
    context_window: line.variant.contextWindow,
    inference_geo: 'not_available',
  };
}

export function defaultWorkspace(world: World): WorldScope | undefined {
  return world.scopes('anthropic').find((scope) => scope.isDefault);
}

function isIn(query: URLSearchParams, name: string, value: string): boolean {
  const wanted = listOf(query, name);
  return wanted.length === 0 || wanted.includes(value);
}
