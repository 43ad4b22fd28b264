import type { CostRead } from '../../domain/cost-plan.ts';
import type { DriftDetail, DriftPart } from '../../domain/notice.ts';
import { type CostPart, type DayReconciliation, driftReasons } from '../../domain/reconciliation.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Deps } from '../deps.ts';
import { newestReconciliation } from '../money/newest-reconciliation.ts';
import { announceNotice, closeNotice, type NoticeContext, openNotice, updateNotice } from './announce-notice.ts';

const WORST = 3;
const MODELS = 3;

/** Tells the channel once that our figures and the provider's differ, and in the same message when they agree again. */
export async function reportDrift(context: NoticeContext, read: CostRead): Promise<void> {
  const { connectionId, availability } = read;
  const open = await context.tx.notices.open('drift', connectionId);
  if (availability === 'not_enabled') {
    if (open === undefined) return;
    await closeNotice(context, open, { ...open.detail, state: 'unreadable' });
    await announceNotice(context, open);
    return;
  }
  const day = await newestReconciliation(context.tx, read);
  if (day === undefined || (day.verdict !== 'drifts' && day.verdict !== 'agrees')) return;
  const detail = await detailOf(context, connectionId, day);
  if (open === undefined) {
    if (day.verdict !== 'drifts') return;
    await announceNotice(context, await openNotice(context, { kind: 'drift', subject: connectionId, detail }));
    return;
  }
  if (JSON.stringify(open.detail) === JSON.stringify(detail)) return;
  if (day.verdict === 'drifts') await updateNotice(context, open, detail);
  else await closeNotice(context, open, detail);
  await announceNotice(context, open);
}

async function detailOf({ tx }: NoticeContext, connectionId: string, day: DayReconciliation): Promise<DriftDetail> {
  const { dayAt, total, verdict, culprits } = day;
  const reasons = driftReasons(day);
  const isEstimated = reasons.estimatedMicroUsd > 0 || reasons.hasUnpriced;
  const range = { from: dayAt, to: dayAt + DAY_MS };
  const models = isEstimated ? await tx.dayCosts.unlistedModels(connectionId, range) : [];
  return {
    connectionId,
    dayAt,
    providerMicroUsd: total.providerMicroUsd,
    ownMicroUsd: total.ownMicroUsd,
    state: verdict === 'drifts' ? 'drifts' : 'agrees',
    worst: culprits.slice(0, WORST).map(partOf),
    others: Math.max(0, culprits.length - WORST),
    ...reasons,
    models: models.slice(0, MODELS).map(({ model }) => model),
  };
}

function partOf({ scopeId, keyId, providerMicroUsd, ownMicroUsd }: CostPart): DriftPart {
  return { scopeId, keyId, providerMicroUsd, ownMicroUsd };
}

/** Nobody compares what is no longer configured, so what is said of it must not wait for that. */
export async function closeOrphanedDrift(deps: Pick<Deps, 'store' | 'clock' | 'ids' | 'providers'>): Promise<void> {
  const open = await deps.store.read.notices.allOpen('drift');
  if (open.every(({ detail }) => deps.providers.has(detail.connectionId))) return;
  await deps.store.write(async (tx) => {
    for (const notice of await tx.notices.allOpen('drift')) {
      if (deps.providers.has(notice.detail.connectionId)) continue;
      await closeNotice({ deps, tx }, notice, { ...notice.detail, state: 'removed' });
      await announceNotice({ deps, tx }, notice);
    }
  });
}
