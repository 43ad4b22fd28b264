import type { ProviderScope } from '../../domain/key.ts';
import type { ProviderMember } from '../../ports/provider.ts';
import { callJson, guard, signalOption } from '../lib/call.ts';
import { unlessClosed } from '../lib/feature.ts';
import { collectPages, cursorPage, uniqueById } from '../lib/paging.ts';
import { readBody } from '../lib/wire.ts';
import type { OpenaiReader } from './inventory.ts';
import { memberPage } from './schema.ts';

const PAGE_SIZE = 100;

/** Who is in a project; null where that is not told. */
export async function listProjectMembers(
  { client, link }: OpenaiReader,
  scope: ProviderScope,
  signal?: AbortSignal,
): Promise<readonly ProviderMember[] | null> {
  const call = { operation: `list members of ${scope.id}`, kind: 'read', signal } as const;
  const rows = await unlessClosed(() =>
    guard(link, call, () =>
      collectPages(async (after) => {
        const query = { limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) };
        const body = await callJson(link, call, () =>
          client.admin.organization.projects.users.list(scope.id, query, signalOption(signal)),
        );
        return cursorPage(readBody(memberPage, body, 'member list'));
      }),
    ),
  );
  return rows === undefined ? null : uniqueById(rows);
}
