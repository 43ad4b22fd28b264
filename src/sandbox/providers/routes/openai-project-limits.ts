import type { OpenAiStandInOptions } from '../openai-options.ts';
import { pageById } from '../paging.ts';
import { ApiProblem, badRequest, notFound } from '../problem.ts';
import { param, type Route, type RouteRequest } from '../router.ts';
import { findProject } from './openai-keys.ts';

const RATE_LIMITS = '/v1/organization/projects/:projectId/rate_limits';
const MODELS = '/v1/organization/projects/:projectId/model_permissions';
const DEFAULTS = [
  { id: 'rl-gpt-5', model: 'gpt-5', max_requests_per_1_minute: 10_000, max_tokens_per_1_minute: 4_000_000 },
  { id: 'rl-gpt-5-mini', model: 'gpt-5-mini', max_requests_per_1_minute: 10_000, max_tokens_per_1_minute: 10_000_000 },
] as const;

type RateLimit = (typeof DEFAULTS)[number]['id'];
interface Permissions {
  readonly mode: string;
  readonly model_ids: readonly string[];
}

/** Rate limits and model permissions of projects: they are kept, but do not slow the simulated traffic down. */
export function openAiProjectLimitRoutes({ world }: OpenAiStandInOptions): readonly Route[] {
  const rates = new Map<string, Readonly<Record<string, number>>>();
  const permissions = new Map<string, Permissions>();
  const render = (projectId: string, id: RateLimit) => {
    const own = rates.get(`${projectId} ${id}`);
    const usual = DEFAULTS.find((each) => each.id === id);
    return { object: 'project.rate_limit', ...usual, id, ...own };
  };
  return [
    {
      method: 'GET',
      path: RATE_LIMITS,
      handle: (request) => {
        const { id } = findProject(world, request);
        const rows = DEFAULTS.map((each) => render(id, each.id));
        return { object: 'list', ...pageById(rows, request.query, { after: 'after', usual: 100, max: 100 }) };
      },
    },
    {
      method: 'POST',
      path: `${RATE_LIMITS}/:limitId`,
      handle: (request) => {
        const project = findProject(world, request);
        const limit = DEFAULTS.find((each) => each.id === param(request, 'limitId'));
        if (limit === undefined) throw notFound('Rate limit');
        const key = `${project.id} ${limit.id}`;
        rates.set(key, { ...rates.get(key), ...figuresIn(request) });
        return render(project.id, limit.id);
      },
    },
    {
      method: 'GET',
      path: MODELS,
      handle: (request) => renderModels(permissions.get(findProject(world, request).id)),
    },
    {
      method: 'POST',
      path: MODELS,
      handle: (request) => {
        const wanted = permissionsIn(request);
        permissions.set(findProject(world, request).id, wanted);
        return renderModels(wanted);
      },
    },
    {
      method: 'DELETE',
      path: MODELS,
      handle: (request) => {
        if (!permissions.delete(findProject(world, request).id)) return renderModels(undefined);
        return { object: 'project.model_permissions.deleted', deleted: true };
      },
    },
  ];
}

function figuresIn({ body }: RouteRequest): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw badRequest(`Invalid ${name}`);
    figures[name] = value;
  }
  return figures;
}

function permissionsIn({ body }: RouteRequest): Permissions {
  const { mode, model_ids: ids } = body;
  if (mode !== 'allow_list' && mode !== 'deny_list') throw badRequest('Invalid mode');
  if (!Array.isArray(ids) || ids.some((id) => typeof id !== 'string')) throw badRequest('Invalid model_ids');
  return { mode, model_ids: ids as readonly string[] };
}

function renderModels(permissions: Permissions | undefined): unknown {
  if (permissions === undefined) throw new ApiProblem(404, 'No model permissions are set', 'not_found');
  return { object: 'project.model_permissions', ...permissions };
}
