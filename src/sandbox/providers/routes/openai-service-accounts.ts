import type { World, WorldKey, WorldServiceAccount } from '../../world/index.ts';
import type { OpenAiStandInOptions } from '../openai-options.ts';
import { pageById } from '../paging.ts';
import { badRequest, notFound } from '../problem.ts';
import { param, type Route, type RouteRequest } from '../router.ts';
import { fakeSecret, secondsOf } from '../wire.ts';
import { findProject } from './openai-keys.ts';

const ACCOUNTS = '/v1/organization/projects/:projectId/service_accounts';

/** Service accounts, the only owners whose keys can be made by API. */
export function openAiServiceAccountRoutes({ world }: OpenAiStandInOptions): readonly Route[] {
  return [
    { method: 'GET', path: ACCOUNTS, handle: (request) => listAccounts(world, request) },
    {
      method: 'GET',
      path: `${ACCOUNTS}/:accountId`,
      handle: (request) => renderAccount(findAccount(world, request)),
    },
    { method: 'POST', path: ACCOUNTS, handle: (request) => createAccount(world, request) },
    { method: 'DELETE', path: `${ACCOUNTS}/:accountId`, handle: (request) => deleteAccount(world, request) },
    { method: 'POST', path: `${ACCOUNTS}/:accountId/api_keys`, handle: (request) => createKey(world, request) },
  ];
}

function listAccounts(world: World, request: RouteRequest): unknown {
  const accounts = world.serviceAccounts(findProject(world, request).id).map(renderAccount);
  return { object: 'list', ...pageById(accounts, request.query, { after: 'after', usual: 20, max: 100 }) };
}

function createAccount(world: World, request: RouteRequest): unknown {
  const project = findProject(world, request);
  const account = world.createServiceAccount({ scopeId: project.id, name: nameIn(request) ?? missingName() });
  const only = request.body['create_service_account_only'] === true;
  return { ...renderAccount(account), api_key: only ? null : renderNewKey(makeKey(world, account, 'Secret Key')) };
}

function deleteAccount(world: World, request: RouteRequest): unknown {
  const account = findAccount(world, request);
  world.deleteServiceAccount(account.id);
  return { object: 'organization.project.service_account.deleted', id: account.id, deleted: true };
}

function createKey(world: World, request: RouteRequest): unknown {
  const account = findAccount(world, request);
  return renderNewKey(makeKey(world, account, nameIn(request) ?? 'Secret Key'));
}

function makeKey(world: World, account: WorldServiceAccount, name: string): WorldKey {
  const owner = { type: 'service_account', serviceAccountId: account.id } as const;
  return world.createKey({ provider: 'openai', scopeId: account.scopeId, name, owner });
}

function findAccount(world: World, request: RouteRequest): WorldServiceAccount {
  const id = param(request, 'accountId');
  const account = world.serviceAccounts(findProject(world, request).id).find((each) => each.id === id);
  if (account === undefined) throw notFound(`Service account ${id}`);
  return account;
}

function nameIn({ body }: RouteRequest): string | undefined {
  const name = body['name'];
  if (name === undefined) return undefined;
  if (typeof name !== 'string' || name === '') throw badRequest('Invalid name');
  return name;
}

function missingName(): never {
  throw badRequest('Missing required parameter: name');
}

function renderAccount(account: WorldServiceAccount): { readonly id: string } & Record<string, unknown> {
  const created_at = secondsOf(account.createdAt);
  return {
    object: 'organization.project.service_account',
    id: account.id,
    name: account.name,
    role: 'member',
    created_at,
  };
}

function renderNewKey(key: WorldKey): unknown {
  return {
    object: 'organization.project.service_account.api_key',
    id: key.id,
    name: key.name,
    created_at: secondsOf(key.createdAt),
    value: fakeSecret(key.hint),
  };
}
