import { isAppError } from '../../domain/errors.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { CostReport, ProviderCost, UsageWindow } from '../../ports/provider.ts';
import { callJson, guard, signalOption } from '../lib/call.ts';
import { assertUsd, splitWindow, tidyCosts } from '../lib/cost-rows.ts';
import { featureMemory, unlessClosed } from '../lib/feature.ts';
import { collectPages } from '../lib/paging.ts';
import { bucketWidthOf, pageLimit } from '../lib/usage-rows.ts';
import { readBody } from '../lib/wire.ts';
import type { AnthropicReader } from './inventory.ts';
import { rfc3339 } from './page-query.ts';
import { analyticsCostPage, costReportPage } from './schema.ts';

// Not in the SDK: its similarly named reports belong to another product.
const COST_REPORT = '/v1/organizations/cost_report';
const MAX_ROWS = 1000;
const MAX_SPAN_MS = 31 * DAY_MS;
const MAX_MINUTE_SPAN_MS = DAY_MS;
/** The report by key begins later for some; what is older is then read by workspace. */
export const ANTHROPIC_COST_HISTORY_MS = 365 * DAY_MS;
const GROUP_BY: ('api_key_id' | 'workspace_id')[] = ['api_key_id', 'workspace_id'];
// At one reading an hour a closed report is asked for again after a day.
const CALLS_BEFORE_ASKING_AGAIN = 24;

export type ReadCosts = (window: UsageWindow, signal?: AbortSignal) => Promise<CostReport>;
type DefaultId = (signal?: AbortSignal) => Promise<string | null>;

/** Costs by key from the analytics report, a beta; where it is closed, by workspace and day from the cost report. */
export function anthropicCosts(reader: AnthropicReader, defaultId: DefaultId): ReadCosts {
  const analytics = featureMemory(CALLS_BEFORE_ASKING_AGAIN);
  return async (window, signal) => {
    bucketWidthOf(window);
    if (analytics.shouldAsk()) {
      const report = await readIfOpen(reader, window, signal);
      // A refused window says nothing about the next one, so only a closed report is remembered.
      analytics.remember(report === 'closed' ? 'closed' : 'open');
      if (typeof report === 'object') return report;
      const { link } = reader;
      link.logger.info('costs by key are not available, so costs are read by workspace', {
        connectionId: link.connectionId,
        report,
      });
    }
    return readByWorkspace(reader, window, { defaultWorkspaceId: await defaultId(signal), signal });
  };
}

async function readIfOpen(
  reader: AnthropicReader,
  window: UsageWindow,
  signal: AbortSignal | undefined,
): Promise<CostReport | 'closed' | 'refused'> {
  try {
    return (await unlessClosed(() => readByKey(reader, window, signal))) ?? 'closed';
  } catch (error) {
    if (isAppError(error, 'provider_rejected')) return 'refused';
    throw error;
  }
}

async function readByKey(
  reader: AnthropicReader,
  window: UsageWindow,
  signal: AbortSignal | undefined,
): Promise<CostReport> {
  const span = bucketWidthOf(window).name === '1m' ? MAX_MINUTE_SPAN_MS : MAX_SPAN_MS;
  const costs: ProviderCost[] = [];
  const refreshed: number[] = [];
  for (const piece of splitWindow(window, span)) {
    const pages = await readPages(reader, piece, signal);
    for (const page of pages) {
      costs.push(...page.costs);
      if (page.refreshedAt !== null) refreshed.push(page.refreshedAt);
    }
  }
  return {
    availability: 'available',
    perKey: true,
    // The whole is as fresh as its oldest part.
    refreshedAt: refreshed.length === 0 ? null : Math.min(...refreshed),
    costs: tidyCosts(costs, window),
  };
}

interface CostPage {
  readonly refreshedAt: number | null;
  readonly costs: readonly ProviderCost[];
}

async function readPages(
  { client, link }: AnthropicReader,
  window: UsageWindow,
  signal: AbortSignal | undefined,
): Promise<CostPage[]> {
  const call = { operation: 'read costs by key', kind: 'read', signal } as const;
  const query = {
    starting_at: rfc3339(window.from),
    ending_at: rfc3339(window.to),
    time_bucket_width: bucketWidthOf(window).name,
    group_by: GROUP_BY,
    order_by: 'time',
    order: 'asc',
    limit: MAX_ROWS,
  } as const;
  return guard(link, call, () =>
    collectPages(async (page) => {
      const paged = page === undefined ? query : { ...query, page };
      const body = await callJson(link, call, () =>
        client.beta.organization.analytics.cost.list(paged, signalOption(signal)),
      );
      const answer = readBody(analyticsCostPage, body, 'cost analytics');
      const costs = answer.data.map((row): ProviderCost => {
        assertUsd(row.cost.currency);
        return {
          providerKeyId: row.group?.api_key_id ?? null,
          scopeId: row.group?.workspace_id ?? null,
          startAt: row.starting_at,
          widthMs: window.widthMs,
          costMicroUsd: row.cost.amount,
          lineItem: null,
        };
      });
      return {
        items: [{ refreshedAt: answer.data_refreshed_at, costs }],
        hasMore: answer.has_more ?? answer.next_page !== null,
        cursor: answer.next_page,
      };
    }),
  );
}

interface WorkspaceQuestion {
  readonly defaultWorkspaceId: string | null;
  readonly signal: AbortSignal | undefined;
}

async function readByWorkspace(
  reader: AnthropicReader,
  window: UsageWindow,
  question: WorkspaceQuestion,
): Promise<CostReport> {
  // This report has days only: nothing finer can be said without the other one.
  const rows = window.widthMs === DAY_MS ? await unlessClosed(() => readDays(reader, window, question)) : undefined;
  return {
    availability: rows === undefined ? 'not_enabled' : 'available',
    perKey: false,
    refreshedAt: null,
    costs: tidyCosts(rows ?? [], window),
  };
}

async function readDays(
  { client, link }: AnthropicReader,
  window: UsageWindow,
  { defaultWorkspaceId, signal }: WorkspaceQuestion,
): Promise<ProviderCost[]> {
  const call = { operation: 'read costs by workspace', kind: 'read', signal } as const;
  const query = {
    starting_at: rfc3339(window.from),
    ending_at: rfc3339(window.to),
    bucket_width: '1d',
    limit: pageLimit(window, bucketWidthOf(window)),
    group_by: ['workspace_id'],
  };
  return guard(link, call, () =>
    collectPages(async (page) => {
      const paged = page === undefined ? query : { ...query, page };
      const body = await callJson(link, call, () => client.get(COST_REPORT, { query: paged, ...signalOption(signal) }));
      const answer = readBody(costReportPage, body, 'cost report');
      const items = answer.data.flatMap((day) =>
        day.results.map((row): ProviderCost => {
          assertUsd(row.currency);
          return {
            providerKeyId: null,
            scopeId: row.workspace_id ?? defaultWorkspaceId,
            startAt: day.starting_at,
            widthMs: window.widthMs,
            costMicroUsd: row.amount,
            lineItem: null,
          };
        }),
      );
      return { items, hasMore: answer.has_more ?? answer.next_page !== null, cursor: answer.next_page };
    }),
  );
}
