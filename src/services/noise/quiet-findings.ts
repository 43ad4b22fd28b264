import { type Alert, alertName } from '../../domain/alert.ts';
import type { Hold } from '../../domain/hold.ts';
import type { QuietFinding } from '../../domain/quiet.ts';
import type { UsageRange } from '../../ports/usage-prices.ts';
import type { Deps } from '../deps.ts';
import { isRolledUp } from './roll-up.ts';

/** Something that was found and told nobody at once: who, what, when, and why it was held back. */
export interface QuietItem {
  readonly finding: QuietFinding;
  readonly lineageId: string;
  readonly slug: string;
  readonly ownerSlackId: string | null;
  /** The window or the mute that held it back. */
  readonly hold: Hold | null;
  /** `KS-142`: the alert that it belongs to, or became. */
  readonly alert: string | null;
}

type QuietDeps = Pick<Deps, 'store'>;

/** What was found in the range and told nobody at once, the newest first. For lists and digests. */
export async function quietFindings({ store }: QuietDeps, range: UsageRange): Promise<readonly QuietItem[]> {
  const { alerts, holds, lineages, quiet } = store.read;
  const items: QuietItem[] = [];
  for (const finding of await quiet.within(range)) {
    const lineage = await lineages.get(finding.lineageId);
    if (lineage === undefined) continue;
    const alert = finding.alertId === null ? undefined : await alerts.get(finding.alertId);
    items.push({
      finding,
      lineageId: lineage.id,
      slug: lineage.slug,
      ownerSlackId: lineage.ownerSlackId,
      hold: finding.holdId === null ? null : ((await holds.get(finding.holdId)) ?? null),
      alert: alert === undefined ? null : alertName(alert),
    });
  }
  return items;
}

/** Alerts that are open, and told on a day's roll-up alone. */
export async function openRolledUp({ store }: QuietDeps): Promise<readonly Alert[]> {
  const { alerts } = store.read;
  const open: Alert[] = [];
  for (const alert of await alerts.unresolved()) {
    if (alert.rollUp !== null && isRolledUp(alert, await alerts.events(alert.id))) open.push(alert);
  }
  return open;
}
