import { DAY_MS, type World, type WorldScope } from '../../world/index.ts';
import type { AnthropicStandInOptions } from '../anthropic-options.ts';
import { ApiProblem, badRequest, notFound } from '../problem.ts';
import { listOf, param, type Route, type RouteRequest } from '../router.ts';
import { rfc3339 } from '../wire.ts';
import { findWorkspace } from './anthropic-organization.ts';

const SPEND_LIMITS = '/v1/organizations/spend_limits';
const MICRO_USD_PER_CENT = 10_000;
// The cap Anthropic itself sets for the organization's usage tier.
const TIER_CENTS = '20000000';
// What the tier with that cap has: requests, tokens in (cache reads not counted) and tokens out, per minute.
const GROUPS = [
  {
    id: 'rl_opus',
    name: 'Claude Opus',
    models: ['claude-opus-4-1', 'claude-opus-4-5'],
    limits: limitsOf(4_000, 2_000_000, 400_000),
  },
  {
    id: 'rl_sonnet',
    name: 'Claude Sonnet',
    models: ['claude-sonnet-4-5'],
    limits: limitsOf(4_000, 2_000_000, 400_000),
  },
  {
    id: 'rl_haiku',
    name: 'Claude Haiku',
    models: ['claude-haiku-4-5'],
    limits: limitsOf(4_000, 4_000_000, 800_000),
  },
] as const;

function limitsOf(requests: number, input: number, output: number) {
  return [
    { type: 'requests_per_minute', value: requests },
    { type: 'input_tokens_per_minute_cache_aware', value: input },
    { type: 'output_tokens_per_minute', value: output },
  ] as const;
}

type Group = (typeof GROUPS)[number];
/** What workspaces have of their own, by workspace, group and type. */
type Overrides = Map<string, number>;

/** Spend limits (an early access preview) and rate limits. */
export function anthropicLimitRoutes(options: AnthropicStandInOptions): readonly Route[] {
  const { world } = options;
  const overrides: Overrides = new Map();
  const guarded = (handle: Route['handle']): Route['handle'] => {
    return (request) => (options.spendLimits === 'on' ? handle(request) : notEnabled());
  };
  return [
    { method: 'GET', path: SPEND_LIMITS, handle: guarded((request) => listLimits(world, request)) },
    { method: 'POST', path: SPEND_LIMITS, handle: guarded((request) => setLimit(world, request)) },
    { method: 'GET', path: `${SPEND_LIMITS}/:limitId`, handle: guarded((request) => getLimit(world, request)) },
    { method: 'DELETE', path: `${SPEND_LIMITS}/:limitId`, handle: guarded((request) => deleteLimit(world, request)) },
    {
      method: 'GET',
      path: '/v1/organizations/rate_limits',
      handle: () => ({ data: GROUPS.map(renderRateLimit), next_page: null }),
    },
    {
      method: 'GET',
      path: '/v1/organizations/workspaces/:workspaceId/rate_limits',
      handle: (request) => workspaceRateLimits(findWorkspace(world, request), overrides, request),
    },
    {
      method: 'POST',
      path: '/v1/organizations/workspaces/:workspaceId/rate_limits/:limitId',
      handle: (request) => setRateLimit(findWorkspace(world, request), overrides, request),
    },
  ];
}

function notEnabled(): never {
  const message = 'Spend limits are not enabled for admin API credentials of this organization';
  throw new ApiProblem(403, message, 'spend_limits_admin_api_writes_not_enabled');
}

function listLimits(world: World, { query }: RouteRequest): unknown {
  const types = listOf(query, 'scope_type');
  const workspaceId = query.get('workspace_id');
  const workspaces = world
    .scopes('anthropic')
    .filter((scope) => workspaceId === null || scope.id === workspaceId)
    .flatMap((scope) => renderLimit(world, scope) ?? []);
  const tier = {
    type: 'spend_limit',
    id: 'spl_usage_tier',
    amount: TIER_CENTS,
    currency: 'USD',
    period: 'monthly',
    is_enabled: true,
    scope: { type: 'usage_tier' },
    created_at: rfc3339(world.startAt - 620 * DAY_MS),
    updated_at: rfc3339(world.startAt - 620 * DAY_MS),
  };
  const all = workspaceId === null ? [...workspaces, tier] : workspaces;
  return { data: all.filter((limit) => types.length === 0 || types.includes(limit.scope.type)), next_page: null };
}

function setLimit(world: World, { body }: RouteRequest): unknown {
  const { amount, scope, period = 'monthly' } = body;
  if (typeof amount !== 'string' || !/^\d+$/.test(amount)) throw badRequest('amount: expected whole cents as a string');
  if (period !== 'monthly') throw badRequest('period: only monthly limits exist for this organization');
  const workspace = world.scopes('anthropic').find((each) => isScope(scope, each));
  if (workspace === undefined) throw badRequest('scope: expected a workspace of this organization');
  if (workspace.isDefault) throw badRequest('scope: the default workspace cannot have a spend limit');
  world.setCap(workspace.id, Number(amount) * MICRO_USD_PER_CENT);
  return renderLimit(world, workspace);
}

function getLimit(world: World, request: RouteRequest): unknown {
  return renderLimit(world, findLimited(world, request));
}

function deleteLimit(world: World, request: RouteRequest): unknown {
  const scope = findLimited(world, request);
  world.setCap(scope.id, undefined);
  return { type: 'spend_limit_deleted', id: limitIdOf(scope) };
}

function findLimited(world: World, request: RouteRequest): WorldScope {
  const id = param(request, 'limitId');
  const found = world.scopes('anthropic').find((scope) => limitIdOf(scope) === id && world.capOf(scope.id));
  if (found === undefined) throw notFound(`Spend limit ${id}`);
  return found;
}

function isScope(scope: unknown, workspace: WorldScope): boolean {
  if (typeof scope !== 'object' || scope === null || !('type' in scope) || !('workspace_id' in scope)) return false;
  return scope.type === 'workspace' && scope.workspace_id === workspace.id;
}

function limitIdOf(scope: WorldScope): string {
  return `spl_${scope.id.slice('wrkspc_'.length)}`;
}

function renderLimit(world: World, scope: WorldScope) {
  const cap = world.capOf(scope.id);
  if (cap === undefined) return undefined;
  return {
    type: 'spend_limit',
    id: limitIdOf(scope),
    amount: String(Math.round(cap.microUsd / MICRO_USD_PER_CENT)),
    currency: 'USD',
    period: 'monthly',
    is_enabled: true,
    scope: { type: 'workspace', workspace_id: scope.id },
    created_at: rfc3339(cap.setAt),
    updated_at: rfc3339(cap.setAt),
  };
}

function renderRateLimit(group: (typeof GROUPS)[number]): unknown {
  return {
    type: 'rate_limit',
    id: group.id,
    group: { type: 'model_group', id: group.id, display_name: group.name },
    models: group.models,
    limits: group.limits,
  };
}

// The list holds what a workspace has of its own, unless the inherited ones are asked for too.
function workspaceRateLimits(workspace: WorldScope, overrides: Overrides, { query }: RouteRequest): unknown {
  const inherited = query.get('include_inherited') === 'true';
  const rows = GROUPS.map((group) => renderWorkspaceLimit(workspace, overrides, group)).map((row) => ({
    ...row,
    limits: row.limits.filter(({ source }) => inherited || source.type === 'workspace'),
  }));
  return { data: rows.filter(({ limits }) => limits.length > 0), next_page: null };
}

function setRateLimit(workspace: WorldScope, overrides: Overrides, request: RouteRequest): unknown {
  const group = GROUPS.find((each) => each.id === param(request, 'limitId'));
  if (group === undefined) throw notFound('Rate limit');
  if (workspace.isDefault) throw badRequest('The default workspace cannot have rate limits');
  const { limits } = request.body;
  if (!Array.isArray(limits)) throw badRequest('limits: Field required');
  for (const limit of limits as readonly { readonly type?: unknown; readonly value?: unknown }[]) {
    const type = group.limits.find((one) => one.type === limit.type)?.type;
    if (type === undefined)
      throw badRequest(`limits: this group has ${group.limits.map((one) => one.type).join(', ')}`);
    if (limit.value === null) overrides.delete(overrideKey(workspace, group, type));
    else if (typeof limit.value === 'number') overrides.set(overrideKey(workspace, group, type), limit.value);
    else throw badRequest('limits: value must be a number or null');
  }
  return renderWorkspaceLimit(workspace, overrides, group);
}

function renderWorkspaceLimit(workspace: WorldScope, overrides: Overrides, group: Group) {
  return {
    type: 'workspace_rate_limit',
    rate_limit_id: group.id,
    workspace_id: workspace.id,
    group: { type: 'model_group', id: group.id, display_name: group.name },
    models: group.models,
    limits: group.limits.map(({ type, value }) => {
      const own = overrides.get(overrideKey(workspace, group, type));
      return {
        type,
        value: own ?? value,
        org_limit: value,
        source: { type: own === undefined ? 'organization' : 'workspace' },
      };
    }),
  };
}

function overrideKey(workspace: WorldScope, group: Group, type: string): string {
  return `${workspace.id} ${group.id} ${type}`;
}
