import type Anthropic from '@anthropic-ai/sdk';
import type { KeyOwner, KeyStatus, ProviderKey, ProviderScope } from '../../domain/key.ts';
import { callJson, guard, type Link, signalOption } from '../lib/call.ts';
import { collectPages, cursorPage, uniqueById } from '../lib/paging.ts';
import { readBody } from '../lib/wire.ts';
import type { Members } from './members.ts';
import { pageQuery } from './page-query.ts';
import { type ApiKeyRow, apiKeyPage, type WorkspaceRow, workspacePage } from './schema.ts';

export interface AnthropicReader {
  readonly client: Anthropic;
  readonly link: Link;
}

export interface Workspaces {
  readonly scopes: readonly ProviderScope[];
  /** Usage and old keys of the default workspace come without an id. */
  readonly defaultId: string | null;
}

export async function listWorkspaces(reader: AnthropicReader, signal?: AbortSignal): Promise<Workspaces> {
  const all = await workspaceRows(reader, true, signal);
  // Nothing marks the default workspace but its absence from the list without it.
  const others = new Set((await workspaceRows(reader, false, signal)).map((row) => row.id));
  const defaults = all.filter((row) => !others.has(row.id));
  return { scopes: all.map(toScope), defaultId: defaults.length === 1 ? (defaults[0]?.id ?? null) : null };
}

/** What keys are joined with: the id behind "no workspace", and the members, null where they cannot be listed. */
export interface KeyContext {
  readonly defaultWorkspaceId: string | null;
  readonly members: Members | null;
}

export async function listAnthropicKeys(
  { client, link }: AnthropicReader,
  context: KeyContext,
  signal?: AbortSignal,
): Promise<ProviderKey[]> {
  const call = { operation: 'list keys', kind: 'read', signal } as const;
  const rows = await guard(link, call, () =>
    collectPages(async (after) => {
      const body = await callJson(link, call, () =>
        client.organization.apiKeys.list(pageQuery(after), signalOption(signal)),
      );
      return cursorPage(readBody(apiKeyPage, body, 'key list'));
    }),
  );
  return uniqueById(rows).map((row) => toKey(row, context));
}

/** An unknown word counts as active, since the key may then still spend. */
export function keyStatus(row: ApiKeyRow): Exclude<KeyStatus, 'gone'> {
  if (row.status === 'inactive' || row.status === 'archived' || row.status === 'expired') return row.status;
  return 'active';
}

async function workspaceRows(
  { client, link }: AnthropicReader,
  withDefault: boolean,
  signal: AbortSignal | undefined,
): Promise<WorkspaceRow[]> {
  const call = { operation: 'list workspaces', kind: 'read', signal } as const;
  const rows = await guard(link, call, () =>
    collectPages(async (after) => {
      const query = { ...pageQuery(after), include_archived: true, include_default: withDefault };
      const body = await callJson(link, call, () => client.organization.workspaces.list(query, signalOption(signal)));
      return cursorPage(readBody(workspacePage, body, 'workspace list'));
    }),
  );
  return uniqueById(rows);
}

function toScope(row: WorkspaceRow): ProviderScope {
  return { id: row.id, kind: 'workspace', name: row.name ?? row.id, archived: row.archived_at !== null };
}

function toKey(row: ApiKeyRow, { defaultWorkspaceId, members }: KeyContext): ProviderKey {
  return {
    id: row.id,
    scopeId: row.scope?.type === 'organization' ? null : (row.scope?.workspace_id ?? defaultWorkspaceId),
    label: row.name ?? row.id,
    hint: row.partial_key_hint,
    status: keyStatus(row),
    createdAt: row.created_at,
    lastUsedAt: null,
    expiresAt: row.expires_at,
    owner: ownerOf(row, members),
    kind: 'inference',
  };
}

/** Whom the key acts as, else who made it. */
function ownerOf(row: ApiKeyRow, members: Members | null): KeyOwner | null {
  const { principal, created_by: creator } = row;
  if (principal?.service_account_id) return serviceAccount(principal.service_account_id);
  if (principal?.user_id) return member(principal.user_id, members);
  if (!creator) return null;
  return creator.type === 'service_account' ? serviceAccount(creator.id) : member(creator.id, members);
}

function serviceAccount(id: string): KeyOwner {
  return { kind: 'service_account', id, name: null, email: null, hasAccess: true };
}

function member(id: string, members: Members | null): KeyOwner {
  const user = members?.get(id);
  // Not among the members any more: a workspace key outlives its maker.
  const hasAccess = members === null || user !== undefined;
  return { kind: 'user', id, name: user?.name ?? null, email: user?.email ?? null, hasAccess };
}
