import type { BacktestDetail } from '../../domain/notice.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Deps } from '../deps.ts';
import { announceNotice, closeNotice, openNotice } from '../notices/announce-notice.ts';
import { hasUnreadHistory } from '../usage/usage-history.ts';
import { alertsIn, type Backtest, runBacktest } from './backtest.ts';

type ReportDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'breathe'>;

export const REPORT_DAYS = 31;
/** Compared with what holds: what a calmer rule would have made of it. */
export const CALMER = 8;
const NAMED = 3;

/** Once in the life of a connection, when its past has been read: what the rules would have told of it. */
export async function reportBacktest(deps: ReportDeps, provider: Provider): Promise<void> {
  const { connectionId } = provider;
  if ((await deps.store.read.notices.latest('backtest', connectionId)) !== undefined) return;
  const watermark = await deps.store.read.watermarks.get(connectionId);
  if (watermark === undefined || watermark.polledAt === null || watermark.failingSince !== null) return;
  if (await hasUnreadHistory(deps, provider)) return;
  const wants = (key: { readonly connectionId: string }) => key.connectionId === connectionId;
  const backtest = await runBacktest(deps, { days: REPORT_DAYS, wants });
  const detail = detailOf(connectionId, backtest);
  await deps.store.write(async (tx) => {
    if ((await tx.notices.latest('backtest', connectionId)) !== undefined) return;
    const notice = await openNotice({ deps, tx }, { kind: 'backtest', subject: connectionId, detail });
    await closeNotice({ deps, tx }, notice, detail);
    // Of a connection that nobody has used there is nothing to say.
    if (backtest.replayed > 0) await announceNotice({ deps, tx }, notice);
  });
}

function detailOf(connectionId: string, { replayed, lineages }: Backtest): BacktestDetail {
  const counts = lineages.map(({ lineageId, told, atFactor }) => ({
    lineageId,
    alerts: alertsIn(told).length,
    calmer: atFactor.get(CALMER) ?? 0,
  }));
  const sum = (of: (one: (typeof counts)[number]) => number) => counts.reduce((total, one) => total + of(one), 0);
  return {
    connectionId,
    days: REPORT_DAYS,
    replayed,
    alerts: sum(({ alerts }) => alerts),
    calmerFactor: CALMER,
    calmerAlerts: sum(({ calmer }) => calmer),
    worst: counts
      .toSorted((a, b) => b.alerts - a.alerts || (a.lineageId < b.lineageId ? -1 : 1))
      .slice(0, NAMED)
      .map(({ lineageId, alerts }) => ({ lineageId, alerts })),
    others: Math.max(0, counts.length - NAMED),
  };
}
