import { userIdOf, type World, type WorldScope } from '../../world/index.ts';
import type { AnthropicStandInOptions } from '../anthropic-options.ts';
import { pageById } from '../paging.ts';
import { notFound } from '../problem.ts';
import { flagOf, listOf, param, type Route, type RouteRequest } from '../router.ts';
import { rfc3339 } from '../wire.ts';

const WORKSPACES = '/v1/organizations/workspaces';
const PAGE = { after: 'after_id', before: 'before_id', usual: 20, max: 1000 };
const ORGANIZATION_ID = 'b7f0c1d2-0000-4000-8000-00000000acme';

/** The organization, its workspaces and its people. */
export function anthropicOrganizationRoutes({ world }: AnthropicStandInOptions): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/organizations/me',
      handle: () => ({ type: 'organization', id: ORGANIZATION_ID, name: world.name }),
    },
    { method: 'GET', path: WORKSPACES, handle: (request) => listWorkspaces(world, request) },
    {
      method: 'GET',
      path: `${WORKSPACES}/:workspaceId`,
      handle: (request) => renderWorkspace(findWorkspace(world, request)),
    },
    {
      method: 'GET',
      path: `${WORKSPACES}/:workspaceId/members`,
      handle: (request) => listMembers(world, request),
    },
    { method: 'GET', path: '/v1/organizations/users', handle: (request) => listUsers(world, request) },
    {
      method: 'GET',
      path: '/v1/organizations/invites',
      handle: () => ({ data: [], has_more: false, first_id: null, last_id: null }),
    },
  ];
}

export function findWorkspace(world: World, request: RouteRequest): WorldScope {
  const id = param(request, 'workspaceId');
  const workspace = world.scopes('anthropic').find((scope) => scope.id === id);
  if (workspace === undefined) throw notFound(`Workspace ${id}`);
  return workspace;
}

function listWorkspaces(world: World, { query }: RouteRequest): unknown {
  const ids = listOf(query, 'ids');
  const shown = world
    .scopes('anthropic')
    .filter((scope) => !scope.isDefault || flagOf(query, 'include_default'))
    .filter((scope) => scope.archivedAt === undefined || flagOf(query, 'include_archived'))
    .filter((scope) => ids.length === 0 || ids.includes(scope.id));
  return pageById(shown.map(renderWorkspace), query, PAGE);
}

function renderWorkspace(scope: WorldScope): { readonly id: string } & Record<string, unknown> {
  return {
    type: 'workspace',
    id: scope.id,
    name: scope.name,
    created_at: rfc3339(scope.createdAt),
    archived_at: scope.archivedAt === undefined ? null : rfc3339(scope.archivedAt),
    display_color: '#6C5BB9',
    compartment_id: `cmpt_${scope.id.slice(-8)}`,
    data_residency: { workspace_geo: 'us', default_inference_geo: 'global', allowed_inference_geos: 'unrestricted' },
    external_key_id: null,
    tags: {},
    user_profile_id: null,
  };
}

function listUsers(world: World, { query, now }: RouteRequest): unknown {
  const email = query.get('email');
  const users = world.people
    .filter((person) => person.leftAt === undefined || person.leftAt > now)
    .filter((person) => email === null || person.email === email)
    .map((person) => ({
      type: 'user',
      id: userIdOf(world.seed, 'anthropic', person.slug),
      name: person.name,
      email: person.email,
      role: person.role === 'owner' ? 'admin' : 'developer',
      added_at: rfc3339(person.joinedAt),
    }));
  return pageById(users, query, PAGE);
}

function listMembers(world: World, request: RouteRequest): unknown {
  const workspace = findWorkspace(world, request);
  const rows = world.membersOf(workspace.id, request.now).map((person) => {
    const userId = userIdOf(world.seed, 'anthropic', person.slug);
    return {
      type: 'workspace_member',
      id: userId,
      user_id: userId,
      workspace_id: workspace.id,
      workspace_role: person.role === 'owner' ? 'workspace_admin' : 'workspace_developer',
    };
  });
  const page = pageById(rows, request.query, PAGE);
  return { ...page, data: page.data.map(({ id: _id, ...row }) => row) };
}
