import { alertName } from '../../domain/alert.ts';
import type { DigestFacts } from '../../domain/digest/build.ts';
import type { Catch } from '../../domain/digest/card.ts';
import type { ActionKey } from '../../domain/digest/top-actions.ts';
import { pages } from '../../domain/escalation.ts';
import { severityRank } from '../../domain/finding.ts';
import type { WeekAlert } from '../../ports/digests.ts';
import type { UsageRange } from '../../ports/usage-prices.ts';
import type { Deps } from '../deps.ts';
import { quietFindings } from '../noise/quiet-findings.ts';

const NOTICED = 3;

export interface AlertFacts {
  readonly alerts: DigestFacts['alerts'];
  readonly catches: DigestFacts['catches'];
  readonly unanswered: DigestFacts['actions']['unanswered'];
}

interface Asked {
  readonly range: UsageRange;
  readonly slugOf: (lineageId: string) => string;
  /** The key that an alert blames, or one of its lineage. */
  readonly keyOf: (about: { readonly keyId: string | null; readonly lineageId: string }) => ActionKey | undefined;
}

/** What was told in a week and what people made of it. */
export async function readAlerts({ store }: Pick<Deps, 'store'>, { range, slugOf, keyOf }: Asked): Promise<AlertFacts> {
  const week = await store.read.digests.alerts(range);
  const opened = week.filter(({ alert }) => range.from <= alert.openedAt && alert.openedAt < range.to);
  const open = (await store.read.alerts.unresolved()).toSorted(
    (a, b) => severityRank(b.severity) - severityRank(a.severity) || a.number - b.number,
  );
  const quiet = (await quietFindings({ store }, range)).filter(({ alert }) => alert === null);
  const noticed = quiet.filter(({ finding }) => finding.severity === 'info').slice(0, NOTICED);
  return {
    alerts: {
      opened: opened.length,
      answersMs: opened.flatMap(({ alert, answeredAt }) => (answeredAt === null ? [] : [answeredAt - alert.openedAt])),
      open: open
        .filter(({ state }) => state !== 'contained')
        .map((alert) => ({
          alertId: alert.id,
          name: alertName(alert),
          slug: slugOf(alert.lineageId),
          severity: alert.severity,
        })),
      quiet: quiet.length,
      noticed: noticed.map(({ slug, finding }) => ({ slug, headline: finding.headline })),
    },
    catches: week.flatMap((one) => catchOf(one, range, slugOf)),
    unanswered: open.flatMap((alert) => {
      if (alert.state !== 'open' || alert.snoozedUntil !== null || !pages(alert.severity)) return [];
      const key = keyOf(alert);
      return key === undefined ? [] : [{ alertId: alert.id, name: alertName(alert), key }];
    }),
  };
}

/** Something was stopped in this week, and nobody has called it expected. */
function catchOf({ alert, stoppedBy }: WeekAlert, { from, to }: UsageRange, slugOf: Asked['slugOf']): readonly Catch[] {
  const { containedAt, verdict, openedAt, lostMicroUsd } = alert;
  if (containedAt === null || containedAt < from || containedAt >= to || verdict !== null || stoppedBy === null)
    return [];
  return [
    {
      alertId: alert.id,
      name: alertName(alert),
      slug: slugOf(alert.lineageId),
      by: stoppedBy,
      lostMicroUsd,
      afterMs: Math.max(0, containedAt - openedAt),
    },
  ];
}
