import type { SpendAlertReport } from '../../domain/spend-alert.ts';
import { callJson, guard, signalOption } from '../lib/call.ts';
import { assertUsd } from '../lib/cost-rows.ts';
import { unlessClosed } from '../lib/feature.ts';
import { collectPages, cursorPage, uniqueById } from '../lib/paging.ts';
import { readBody } from '../lib/wire.ts';
import type { OpenaiReader } from './inventory.ts';
import { type SpendAlertRow, spendAlertPage } from './schema.ts';

const PAGE_SIZE = 100;

/** Where a person sees and sets them. */
export const OPENAI_LIMITS_PAGE = 'https://platform.openai.com/settings/organization/limits';

/** The spend alerts of a project, or (null) of the organization; a refusal is not the same as none. */
export async function readOpenaiSpendAlerts(
  { client, link }: OpenaiReader,
  projectId: string | null,
  signal?: AbortSignal,
): Promise<SpendAlertReport> {
  const operation = `list spend alerts of ${projectId ?? 'the organization'}`;
  const call = { operation, kind: 'read', signal } as const;
  const { spendAlerts, projects } = client.admin.organization;
  const rows = await unlessClosed(() =>
    guard(link, call, () =>
      collectPages(async (after) => {
        const query = { limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) };
        const options = signalOption(signal);
        const body = await callJson(link, call, () =>
          projectId === null ? spendAlerts.list(query, options) : projects.spendAlerts.list(projectId, query, options),
        );
        const page = readBody(spendAlertPage, body, 'spend alerts');
        for (const { currency } of page.data) assertUsd(currency);
        return cursorPage(page);
      }),
    ),
  );
  if (rows === undefined) return { availability: 'not_enabled', alerts: [] };
  return {
    availability: 'available',
    alerts: uniqueById(rows)
      .filter(reachesSomebody)
      .map(({ threshold_amount }) => ({ monthlyMicroUsd: threshold_amount }))
      .toSorted((a, b) => a.monthlyMicroUsd - b.monthlyMicroUsd),
  };
}

/** Where it does not say who gets them, somebody does. */
function reachesSomebody({ notification_channel: channel }: SpendAlertRow): boolean {
  return channel?.recipients?.length !== 0;
}
