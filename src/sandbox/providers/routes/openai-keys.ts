import type { KeyOwner, World, WorldKey, WorldScope } from '../../world/index.ts';
import { publishedUntil } from '../lag.ts';
import type { OpenAiStandInOptions } from '../openai-options.ts';
import { pageById } from '../paging.ts';
import { badRequest, notFound } from '../problem.ts';
import { param, type Route, type RouteRequest } from '../router.ts';
import { secondsOf } from '../wire.ts';

const PAGE = { after: 'after', usual: 20, max: 100 };
const KEYS = '/v1/organization/projects/:projectId/api_keys';

/** Projects and their keys: list, read, delete and, when switched on, expire. */
export function openAiKeyRoutes(options: OpenAiStandInOptions): readonly Route[] {
  const { world } = options;
  return [
    { method: 'GET', path: '/v1/organization/projects', handle: (request) => listProjects(world, request) },
    {
      method: 'GET',
      path: '/v1/organization/projects/:projectId',
      handle: (request) => renderProject(findProject(world, request)),
    },
    { method: 'GET', path: KEYS, handle: (request) => listKeys(options, request) },
    {
      method: 'GET',
      path: `${KEYS}/:keyId`,
      handle: (request) => renderKey(options, findKey(world, request), request.now),
    },
    { method: 'DELETE', path: `${KEYS}/:keyId`, handle: (request) => deleteKey(options, request) },
    { method: 'POST', path: `${KEYS}/:keyId`, handle: (request) => updateKey(options, request) },
  ];
}

export function findProject(world: World, request: RouteRequest): WorldScope {
  const id = param(request, 'projectId');
  const project = world.scopes('openai').find((scope) => scope.id === id);
  if (project === undefined) throw notFound(`Project ${id}`);
  return project;
}

function listProjects(world: World, { query }: RouteRequest): unknown {
  const withArchived = query.get('include_archived') === 'true';
  const shown = world.scopes('openai').filter((scope) => withArchived || scope.archivedAt === undefined);
  return { object: 'list', ...pageById(shown.map(renderProject), query, PAGE) };
}

function renderProject(scope: WorldScope): { readonly id: string } & Record<string, unknown> {
  return {
    object: 'organization.project',
    id: scope.id,
    name: scope.name,
    status: scope.archivedAt === undefined ? 'active' : 'archived',
    created_at: secondsOf(scope.createdAt),
    archived_at: scope.archivedAt === undefined ? null : secondsOf(scope.archivedAt),
  };
}

function listKeys(options: OpenAiStandInOptions, request: RouteRequest): unknown {
  const project = findProject(options.world, request);
  const access = request.query.get('owner_project_access');
  const keys = liveKeys(options.world)
    .filter((key) => key.scopeId === project.id && project.archivedAt === undefined)
    .filter((key) => isShown(key, { access, now: request.now }))
    .map((key) => renderKey(options, key, request.now));
  return { object: 'list', ...pageById(keys, request.query, PAGE) };
}

// Without the parameter visibility follows membership: keys of bots and of people who left stay hidden.
function isShown(key: WorldKey, asked: { readonly access: string | null; readonly now: number }): boolean {
  const access = accessOf(key.owner, asked.now);
  if (asked.access === null) return access === 'active' && key.owner.type === 'user';
  if (asked.access === 'any') return true;
  if (asked.access === 'active' || asked.access === 'inactive') return access === asked.access;
  throw badRequest(`Invalid owner_project_access: '${asked.access}'`);
}

function findKey(world: World, request: RouteRequest): WorldKey {
  const project = findProject(world, request);
  const id = param(request, 'keyId');
  const key = liveKeys(world).find((each) => each.id === id && each.scopeId === project.id);
  if (key === undefined) throw notFound(`API key ${id}`);
  return key;
}

function liveKeys(world: World): readonly WorldKey[] {
  return world.keysOf('openai').filter((key) => world.stateOf(key.id) !== 'deleted');
}

function deleteKey(options: OpenAiStandInOptions, request: RouteRequest): unknown {
  const key = findKey(options.world, request);
  if (key.owner.type === 'service_account' && options.serviceAccountKeyDelete === 'refused') {
    throw badRequest('API keys that belong to a service account cannot be deleted: delete the service account');
  }
  options.world.setKeyState(key.id, 'deleted');
  return { object: 'organization.project.api_key.deleted', id: key.id, deleted: true };
}

function updateKey(options: OpenAiStandInOptions, request: RouteRequest): unknown {
  if (options.keyUpdate !== 'works') throw notFound(`POST ${KEYS}/:keyId`);
  const key = findKey(options.world, request);
  const seconds = request.body['expires_in_seconds'];
  if (options.world.stateOf(key.id) === 'expired') throw badRequest('Expired keys cannot be updated');
  if (seconds !== undefined) {
    if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 1) {
      throw badRequest('Invalid expires_in_seconds');
    }
    options.world.expireKey(key.id, request.now + seconds * 1_000);
  }
  return renderKey(options, findKey(options.world, request), request.now);
}

function renderKey(
  options: OpenAiStandInOptions,
  key: WorldKey,
  now: number,
): { readonly id: string } & Record<string, unknown> {
  const lastUsedAt = options.world.lastUsedAt(key.id, publishedUntil(options, now));
  return {
    object: 'organization.project.api_key',
    id: key.id,
    name: key.name,
    redacted_value: key.hint,
    created_at: secondsOf(key.createdAt),
    last_used_at: lastUsedAt === undefined ? null : secondsOf(lastUsedAt),
    expires_at: key.expiresAt === undefined ? null : secondsOf(key.expiresAt),
    owner: renderOwner(options.world, key),
    owner_project_access: accessOf(key.owner, now),
  };
}

function renderOwner(world: World, key: WorldKey): unknown {
  const { owner } = key;
  if (owner.type === 'user') {
    const { name, email, role, joinedAt } = owner.person;
    const user = { object: 'organization.project.user', id: owner.userId, name, email, role };
    return { type: 'user', user: { ...user, created_at: secondsOf(joinedAt) } };
  }
  const id = owner.type === 'service_account' ? owner.serviceAccountId : undefined;
  const account = world.serviceAccounts(key.scopeId).find((each) => each.id === id);
  if (account === undefined) return { type: 'service_account' };
  const created_at = secondsOf(account.createdAt);
  return { type: 'service_account', service_account: { id, name: account.name, role: 'member', created_at } };
}

function accessOf(owner: KeyOwner, now: number): 'active' | 'inactive' {
  return owner.type === 'user' && owner.person.leftAt !== undefined && owner.person.leftAt <= now
    ? 'inactive'
    : 'active';
}
