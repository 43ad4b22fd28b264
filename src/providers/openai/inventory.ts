import type OpenAI from 'openai';
import { isAppError } from '../../domain/errors.ts';
import { mapInFlight } from '../../domain/in-flight.ts';
import type { KeyOwner, ProviderKey, ProviderScope } from '../../domain/key.ts';
import { callDated, callJson, guard, type Link, signalOption } from '../lib/call.ts';
import { collectPages, cursorPage, type Page, uniqueById } from '../lib/paging.ts';
import { readBody } from '../lib/wire.ts';
import {
  type AdminKeyRow,
  adminKeyPage,
  type ProjectKeyRow,
  type ProjectRow,
  projectKeyPage,
  projectPage,
} from './schema.ts';

const PAGE_SIZE = 100;

export interface OpenaiReader {
  readonly client: OpenAI;
  readonly link: Link;
}

export async function listProjects(reader: OpenaiReader, signal?: AbortSignal): Promise<ProviderScope[]> {
  const { client, link } = reader;
  const call = { operation: 'list projects', kind: 'read', signal } as const;
  const rows = await guard(link, call, () =>
    collectPages(async (after) => {
      const query = { include_archived: true, limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) };
      const body = await callJson(link, call, () =>
        client.admin.organization.projects.list(query, signalOption(signal)),
      );
      return cursorPage(readBody(projectPage, body, 'project list'));
    }),
  );
  return uniqueById(rows).map(toScope);
}

/** The keys of all projects, then the admin keys. */
export async function listAllKeys(
  reader: OpenaiReader,
  scopes: readonly ProviderScope[],
  signal?: AbortSignal,
): Promise<ProviderKey[]> {
  const projects = scopes.filter((scope) => scope.kind === 'project');
  const perProject = await mapInFlight(projects, (scope) => listProjectKeys(reader, scope, signal));
  const adminKeys = await listAdminKeys(reader, signal);
  return uniqueById([...perProject.flat(), ...adminKeys]);
}

function toProjectKey({ row, serverAt }: Dated<ProjectKeyRow>, scope: ProviderScope): ProviderKey {
  return {
    id: row.id,
    scopeId: scope.id,
    label: row.name ?? row.id,
    hint: row.redacted_value,
    status: scope.archived ? 'archived' : keyStatus(row, serverAt),
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    owner: ownerOf(row),
    kind: 'inference',
  };
}

interface Dated<Row> {
  readonly row: Row;
  readonly serverAt: number | null;
}

/**
 * The list has no status today, so expiry is read against the server's own time. An unknown word counts as active,
 * since the key may then still spend.
 */
export function keyStatus(
  row: Pick<ProjectKeyRow, 'expires_at'> & { readonly status?: string | null },
  serverAt: number | null,
): ProviderKey['status'] {
  if (row.status === 'inactive' || row.status === 'disabled') return 'inactive';
  if (row.status === 'archived' || row.status === 'expired') return row.status;
  return row.expires_at !== null && serverAt !== null && row.expires_at <= serverAt ? 'expired' : 'active';
}

async function listProjectKeys(
  reader: OpenaiReader,
  scope: ProviderScope,
  signal: AbortSignal | undefined,
): Promise<ProviderKey[]> {
  const { client, link } = reader;
  const call = { operation: `list keys of ${scope.id}`, kind: 'read', signal } as const;
  try {
    const rows = await guard(link, call, () =>
      collectPages(async (after) => {
        // Without 'any', keys whose owner has lost access may be left out.
        const query = {
          owner_project_access: 'any',
          limit: PAGE_SIZE,
          ...(after === undefined ? {} : { after }),
        } as const;
        const { body, serverAt } = await callDated(link, call, () =>
          client.admin.organization.projects.apiKeys.list(scope.id, query, signalOption(signal)),
        );
        return datedPage(readBody(projectKeyPage, body, 'key list'), serverAt);
      }),
    );
    return rows.map((row) => toProjectKey(row, scope));
  } catch (error) {
    if (!isEmptyProject(error, scope)) throw error;
    link.logger.info('the keys of a closed project cannot be listed', { scopeId: scope.id });
    return [];
  }
}

// An archived project may refuse to be listed, and its keys cannot spend. Any other refusal is an error: an
// empty answer would make every key of the project look deleted.
function isEmptyProject(error: unknown, scope: ProviderScope): boolean {
  const refused = ['provider_not_found', 'provider_rejected', 'provider_denied'] as const;
  return scope.archived && refused.some((code) => isAppError(error, code));
}

async function listAdminKeys(reader: OpenaiReader, signal: AbortSignal | undefined): Promise<ProviderKey[]> {
  const { client, link } = reader;
  const call = { operation: 'list admin keys', kind: 'read', signal } as const;
  try {
    const rows = await guard(link, call, () =>
      collectPages(async (after) => {
        const query = { limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) };
        const { body, serverAt } = await callDated(link, call, () =>
          client.admin.organization.adminAPIKeys.list(query, signalOption(signal)),
        );
        return datedPage(readBody(adminKeyPage, body, 'admin key list'), serverAt);
      }),
    );
    return rows.map(toAdminKey);
  } catch (error) {
    if (!isAppError(error, 'provider_denied') && !isAppError(error, 'provider_not_found')) throw error;
    link.logger.info('admin keys cannot be listed with this key', { connectionId: link.connectionId });
    return [];
  }
}

function datedPage<Row extends { readonly id: string }>(
  body: Parameters<typeof cursorPage<Row>>[0],
  serverAt: number | null,
): Page<Dated<Row>> {
  const { items, ...rest } = cursorPage(body);
  return { ...rest, items: items.map((row) => ({ row, serverAt })) };
}

function toScope(row: ProjectRow): ProviderScope {
  return {
    id: row.id,
    kind: 'project',
    name: row.name ?? row.id,
    archived: row.status === 'archived' || row.archived_at !== null,
  };
}

function ownerOf(row: ProjectKeyRow): KeyOwner | null {
  const hasAccess = row.owner_project_access !== 'inactive';
  if (row.owner?.service_account) return { kind: 'service_account', ...row.owner.service_account, hasAccess };
  if (row.owner?.user) return { kind: 'user', ...row.owner.user, hasAccess };
  return null;
}

function toAdminKey({ row, serverAt }: Dated<AdminKeyRow>): ProviderKey {
  return {
    id: row.id,
    scopeId: null,
    label: row.name ?? row.id,
    hint: row.redacted_value,
    status: keyStatus(row, serverAt),
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    owner: adminOwner(row.owner),
    kind: 'admin',
  };
}

function adminOwner(owner: AdminKeyRow['owner']): KeyOwner | null {
  if (!owner?.id) return null;
  return { kind: 'user', id: owner.id, name: owner.name ?? null, email: owner.email ?? null, hasAccess: true };
}
