import { DAY_MS } from '../../domain/time.ts';
import type { CostReport, ProviderCost, UsageWindow } from '../../ports/provider.ts';
import { callJson, guard, signalOption } from '../lib/call.ts';
import { assertUsd, daysOf, tidyCosts } from '../lib/cost-rows.ts';
import { unlessClosed } from '../lib/feature.ts';
import { collectPages } from '../lib/paging.ts';
import { readBody } from '../lib/wire.ts';
import type { OpenaiReader } from './inventory.ts';
import { costPage } from './schema.ts';

/** As many daily buckets as one answer holds; nothing is said of what is older. */
const MAX_DAYS = 180;
export const OPENAI_COST_HISTORY_MS = MAX_DAYS * DAY_MS;
const GROUP_BY: ('api_key_id' | 'project_id')[] = ['project_id', 'api_key_id'];

/** What OpenAI itself says that each key cost, by the day. */
export async function readOpenaiCosts(
  reader: OpenaiReader,
  window: UsageWindow,
  signal?: AbortSignal,
): Promise<CostReport> {
  const limit = Math.min(MAX_DAYS, daysOf(window));
  const rows = await unlessClosed(() => readPages(reader, { window, limit, signal }));
  return {
    availability: rows === undefined ? 'not_enabled' : 'available',
    perKey: true,
    refreshedAt: null,
    costs: tidyCosts(rows ?? [], window),
  };
}

interface Asked {
  readonly window: UsageWindow;
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
}

async function readPages({ client, link }: OpenaiReader, { window, limit, signal }: Asked): Promise<ProviderCost[]> {
  const call = { operation: 'read costs', kind: 'read', signal } as const;
  const query = {
    start_time: window.from / 1000,
    end_time: window.to / 1000,
    bucket_width: '1d',
    limit,
    group_by: GROUP_BY,
  } as const;
  return guard(link, call, () =>
    collectPages(async (page) => {
      const paged = page === undefined ? query : { ...query, page };
      const body = await callJson(link, call, () => client.admin.organization.usage.costs(paged, signalOption(signal)));
      const answer = readBody(costPage, body, 'costs');
      const items = answer.data.flatMap((bucket) =>
        bucket.results.map((row): ProviderCost => {
          assertUsd(row.amount?.currency ?? null);
          return {
            providerKeyId: row.api_key_id,
            scopeId: row.project_id,
            startAt: bucket.start_time,
            widthMs: window.widthMs,
            costMicroUsd: row.amount?.value ?? 0,
            lineItem: row.line_item,
          };
        }),
      );
      return { items, hasMore: answer.has_more ?? answer.next_page !== null, cursor: answer.next_page };
    }),
  );
}
