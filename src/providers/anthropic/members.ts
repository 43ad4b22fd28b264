import type Anthropic from '@anthropic-ai/sdk';
import { isAppError } from '../../domain/errors.ts';
import type { ProviderScope } from '../../domain/key.ts';
import type { ProviderMember } from '../../ports/provider.ts';
import { callJson, guard, type Link, signalOption } from '../lib/call.ts';
import { unlessClosed } from '../lib/feature.ts';
import { collectPages, cursorPage, uniqueById } from '../lib/paging.ts';
import { readBody } from '../lib/wire.ts';
import { pageQuery } from './page-query.ts';
import { type UserRow, userPage, workspaceMemberPage } from './schema.ts';

export type Members = ReadonlyMap<string, UserRow>;

/** Lists the organization's members; the last good list, else null, where they cannot be listed. */
export function memberDirectory(client: Anthropic, link: Link): (signal?: AbortSignal) => Promise<Members | null> {
  let lastGood: Members | null = null;
  return async (signal) => {
    try {
      lastGood = await listMembers(client, link, signal);
    } catch (error) {
      // A bad key or a limit holds for the other calls as well; anything else costs us names only.
      const fatal = isAppError(error, 'provider_auth') || isAppError(error, 'provider_rate_limited');
      if (fatal || signal?.aborted) throw error;
      link.logger.info('the members cannot be listed, so key owners may lack names', {
        connectionId: link.connectionId,
      });
    }
    return lastGood;
  };
}

/** Who is in a workspace; null where that is not told, as of the default workspace. */
export async function listWorkspaceMembers(
  { client, link }: { readonly client: Anthropic; readonly link: Link },
  { scope, members }: { readonly scope: ProviderScope; readonly members: Members | null },
  signal?: AbortSignal,
): Promise<readonly ProviderMember[] | null> {
  const call = { operation: `list members of ${scope.id}`, kind: 'read', signal } as const;
  const rows = await unlessClosed(() =>
    guard(link, call, () =>
      collectPages(async (after) => {
        const body = await callJson(link, call, () =>
          client.organization.workspaces.members.list(scope.id, pageQuery(after), signalOption(signal)),
        );
        return cursorPage(readBody(workspaceMemberPage, body, 'member list'));
      }),
    ),
  );
  if (rows === undefined) return null;
  return uniqueById(rows).map(({ id }) => {
    const user = members?.get(id);
    return { id, name: user?.name ?? null, email: user?.email ?? null };
  });
}

async function listMembers(client: Anthropic, link: Link, signal: AbortSignal | undefined): Promise<Members> {
  const call = { operation: 'list users', kind: 'read', signal } as const;
  const rows = await guard(link, call, () =>
    collectPages(async (after) => {
      const body = await callJson(link, call, () =>
        client.organization.users.list(pageQuery(after), signalOption(signal)),
      );
      return cursorPage(readBody(userPage, body, 'user list'));
    }),
  );
  return new Map(rows.map((row) => [row.id, row]));
}
