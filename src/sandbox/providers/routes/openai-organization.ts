import { DAY_MS, userIdOf, type World } from '../../world/index.ts';
import type { OpenAiStandInOptions } from '../openai-options.ts';
import { pageById } from '../paging.ts';
import { ApiProblem, badRequest } from '../problem.ts';
import type { Route, RouteRequest } from '../router.ts';
import { secondsOf } from '../wire.ts';
import { findProject } from './openai-keys.ts';

const SPEND_LIMIT = '/v1/organization/projects/:projectId/spend_limit';
const MICRO_USD_PER_CENT = 10_000;
const PAGE = { after: 'after', usual: 20, max: 100 };

/** People, admin keys and spend limits. */
export function openAiOrganizationRoutes({ world }: OpenAiStandInOptions): readonly Route[] {
  return [
    { method: 'GET', path: '/v1/organization/users', handle: (request) => listUsers(world, request) },
    {
      method: 'GET',
      path: '/v1/organization/projects/:projectId/users',
      handle: (request) => listMembers(world, request),
    },
    { method: 'GET', path: '/v1/organization/admin_api_keys', handle: (request) => listAdminKeys(world, request) },
    { method: 'GET', path: '/v1/organization/invites', handle: () => ({ object: 'list', ...emptyPage }) },
    { method: 'GET', path: '/v1/organization/spend_limit', handle: noSpendLimit },
    { method: 'GET', path: SPEND_LIMIT, handle: (request) => renderLimit(world, findProject(world, request).id) },
    { method: 'POST', path: SPEND_LIMIT, handle: (request) => setLimit(world, request) },
    { method: 'DELETE', path: SPEND_LIMIT, handle: (request) => deleteLimit(world, request) },
  ];
}

const emptyPage = { data: [], has_more: false, first_id: null, last_id: null };

function listUsers(world: World, { query, now }: RouteRequest): unknown {
  const users = world.people
    .filter((person) => person.leftAt === undefined || person.leftAt > now)
    .map((person) => ({
      object: 'organization.user',
      id: userIdOf(world.seed, 'openai', person.slug),
      name: person.name,
      email: person.email,
      role: person.role === 'owner' ? 'owner' : 'reader',
      added_at: secondsOf(person.joinedAt),
    }));
  return { object: 'list', ...pageById(users, query, PAGE) };
}

function listMembers(world: World, request: RouteRequest): unknown {
  const project = findProject(world, request);
  const users = world.membersOf(project.id, request.now).map((person) => ({
    object: 'organization.project.user',
    id: userIdOf(world.seed, 'openai', person.slug),
    name: person.name,
    email: person.email,
    role: person.role,
    added_at: secondsOf(person.joinedAt),
  }));
  return { object: 'list', ...pageById(users, request.query, PAGE) };
}

// The keys of the list are made up: which of them the caller uses cannot be told from the hint.
function listAdminKeys(world: World, { query }: RouteRequest): unknown {
  const owner = { type: 'user', object: 'organization.user', id: userIdOf(world.seed, 'openai', 'ana'), role: 'owner' };
  const plans = [
    { id: 'key_admin_keysteward', name: 'keysteward', redacted: 'sk-admin...sim1', age: 30, used: 0, expires: 335 },
    {
      id: 'key_admin_terraform',
      name: 'terraform-2024',
      redacted: 'sk-admin...sim2',
      age: 520,
      used: 210,
      expires: undefined,
    },
  ];
  const keys = plans.map((plan) => ({
    object: 'organization.admin_api_key',
    id: plan.id,
    name: plan.name,
    redacted_value: plan.redacted,
    created_at: secondsOf(world.startAt - plan.age * DAY_MS),
    last_used_at: secondsOf(world.startAt - plan.used * DAY_MS),
    expires_at: plan.expires === undefined ? null : secondsOf(world.startAt + plan.expires * DAY_MS),
    owner,
  }));
  return { object: 'list', ...pageById(query.get('order') === 'desc' ? keys.toReversed() : keys, query, PAGE) };
}

function noSpendLimit(): never {
  throw new ApiProblem(404, 'No spend limit is set', 'spend_limit_not_found');
}

function renderLimit(world: World, projectId: string): unknown {
  const cap = world.capOf(projectId);
  if (cap === undefined) return noSpendLimit();
  return {
    object: 'project.spend_limit',
    currency: 'USD',
    interval: 'month',
    threshold_amount: Math.round(cap.microUsd / MICRO_USD_PER_CENT),
    enforcement: { status: cap.blocking ? 'enforcing' : 'inactive' },
  };
}

function setLimit(world: World, request: RouteRequest): unknown {
  const { id } = findProject(world, request);
  const { currency, interval, threshold_amount: cents } = request.body;
  if (currency !== 'USD' || interval !== 'month') throw badRequest("Only currency 'USD' and interval 'month' exist");
  if (typeof cents !== 'number' || !Number.isInteger(cents) || cents < 1) throw badRequest('Invalid threshold_amount');
  world.setCap(id, cents * MICRO_USD_PER_CENT);
  return renderLimit(world, id);
}

function deleteLimit(world: World, request: RouteRequest): unknown {
  const { id } = findProject(world, request);
  if (world.capOf(id) === undefined) return noSpendLimit();
  world.setCap(id, undefined);
  return { object: 'project.spend_limit.deleted', deleted: true };
}
