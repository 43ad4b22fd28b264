import { type KeyState, userIdOf, type World, type WorldKey } from '../../world/index.ts';
import type { AnthropicStandInOptions } from '../anthropic-options.ts';
import { pageById } from '../paging.ts';
import { badRequest, notFound } from '../problem.ts';
import { param, type Route, type RouteRequest } from '../router.ts';
import { rfc3339 } from '../wire.ts';

const KEYS = '/v1/organizations/api_keys';
const STATUSES: readonly string[] = ['active', 'inactive', 'archived', 'expired'] satisfies KeyState[];

/** API keys: list, read, rename and change the status. There is no create and no delete. */
export function anthropicKeyRoutes({ world }: AnthropicStandInOptions): readonly Route[] {
  return [
    { method: 'GET', path: KEYS, handle: (request) => listKeys(world, request) },
    {
      method: 'GET',
      path: `${KEYS}/:keyId`,
      handle: (request) => renderKey(world, findKey(world, request), request.now),
    },
    { method: 'POST', path: `${KEYS}/:keyId`, handle: (request) => updateKey(world, request) },
  ];
}

function listKeys(world: World, { query, now }: RouteRequest): unknown {
  const status = query.get('status');
  const workspace = query.get('workspace_id');
  const creator = query.get('created_by_user_id');
  if (status !== null && !STATUSES.includes(status)) throw badRequest(`Invalid status: '${status}'`);
  const keys = world
    .keysOf('anthropic')
    .filter((key) => status === null || world.stateOf(key.id) === status)
    .filter((key) => workspace === null || key.scopeId === workspace)
    .filter((key) => creator === null || (key.owner.type === 'user' && key.owner.userId === creator))
    .map((key) => renderKey(world, key, now));
  return pageById(keys, query, { after: 'after_id', before: 'before_id', usual: 20, max: 1000 });
}

function updateKey(world: World, request: RouteRequest): unknown {
  const key = findKey(world, request);
  const { name, status } = request.body;
  if (name !== undefined && name !== null && (typeof name !== 'string' || name === ''))
    throw badRequest('Invalid name');
  if (status !== undefined && status !== null) changeStatus(world, key, status);
  if (typeof name === 'string') world.renameKey(key.id, name);
  return renderKey(world, findKey(world, request), request.now);
}

function changeStatus(world: World, key: WorldKey, status: unknown): void {
  if (status !== 'active' && status !== 'inactive' && status !== 'archived') throw badRequest('Invalid status');
  const current = world.stateOf(key.id);
  if (current === status) return;
  if (current === 'archived') throw badRequest('An archived API key cannot be restored');
  if (current === 'expired' && status === 'active') throw badRequest('An expired API key cannot be activated');
  world.setKeyState(key.id, status);
}

function findKey(world: World, request: RouteRequest): WorldKey {
  const id = param(request, 'keyId');
  const key = world.keysOf('anthropic').find((each) => each.id === id);
  if (key === undefined) throw notFound(`API key ${id}`);
  return key;
}

// Who left acts for nobody any more: such a key lives on without a principal, as legacy ones do.
function renderKey(world: World, key: WorldKey, now: number): { readonly id: string } & Record<string, unknown> {
  const { owner } = key;
  const person = owner.type === 'user' ? owner.person : undefined;
  const present = person !== undefined && (person.leftAt === undefined || person.leftAt > now);
  const userId = person === undefined ? undefined : userIdOf(world.seed, 'anthropic', person.slug);
  return {
    type: 'api_key',
    id: key.id,
    name: key.name,
    partial_key_hint: key.hint,
    created_at: rfc3339(key.createdAt),
    created_by: userId === undefined ? null : { id: userId, type: 'user' },
    expires_at: key.expiresAt === undefined ? null : rfc3339(key.expiresAt),
    principal: present ? { type: 'user_actor', user_id: userId } : null,
    scope: { type: 'workspace', workspace_id: key.scopeId },
    status: world.stateOf(key.id),
  };
}
