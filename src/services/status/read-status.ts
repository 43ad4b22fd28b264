import type { Action } from '../../domain/action.ts';
import type { Alert } from '../../domain/alert.ts';
import type { AuditHead, JobRun, OutboxRow, Watermark } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { type CostStatus, readCostStatus } from '../money/cost-status.ts';

export interface ConnectionStatus {
  readonly connectionId: string;
  readonly title: string;
  readonly writable: boolean;
  readonly keys: number;
  readonly watermark: Watermark | null;
  readonly costs: CostStatus;
}

/** What `/keys status` and readiness tell. */
export interface Status {
  readonly now: number;
  readonly connections: readonly ConnectionStatus[];
  readonly alerts: readonly Alert[];
  readonly unfinishedActions: readonly Action[];
  readonly outbox: { readonly waiting: number; readonly dead: number };
  readonly deadLetters: readonly OutboxRow[];
  readonly failedJobs: readonly JobRun[];
  readonly audit: AuditHead;
  /** What people call a key or a lineage, by its id. */
  readonly slugs: ReadonlyMap<string, string>;
}

export async function readStatus(deps: Pick<Deps, 'store' | 'clock' | 'providers'>): Promise<Status> {
  const { actions, alerts, audit, jobRuns, keys, lineages, outbox, watermarks } = deps.store.read;
  const allKeys = await keys.all();
  const slugOfLineage = new Map((await lineages.all()).map(({ id, slug }) => [id, slug]));
  const watermarkOf = new Map((await watermarks.all()).map((watermark) => [watermark.connectionId, watermark]));
  return {
    now: deps.clock.now(),
    connections: await Promise.all(
      [...deps.providers.values()].map(async (provider) => ({
        connectionId: provider.connectionId,
        title: provider.title,
        writable: provider.writable,
        keys: allKeys.filter((key) => key.connectionId === provider.connectionId && key.status !== 'gone').length,
        watermark: watermarkOf.get(provider.connectionId) ?? null,
        costs: await readCostStatus(deps, provider),
      })),
    ),
    alerts: await alerts.unresolved(),
    unfinishedActions: await actions.unfinished(),
    outbox: await outbox.counts(),
    deadLetters: await outbox.dead(),
    failedJobs: [...(await jobRuns.latest()).values()].filter((run) => run.outcome === 'failed'),
    audit: await audit.head(),
    slugs: new Map([
      ...slugOfLineage,
      ...allKeys.map((key) => [key.id, slugOfLineage.get(key.lineageId) ?? key.label] as const),
    ]),
  };
}
