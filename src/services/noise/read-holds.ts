import { endOf, type Hold, isInForce } from '../../domain/hold.ts';
import type { Deps } from '../deps.ts';
import { keysCountedIn } from '../rotation/named-keys.ts';
import { windowSpend } from './window-spend.ts';

/** A window or a mute with all that is said of it. */
export interface HoldCard {
  readonly hold: Hold;
  readonly slug: string;
  /** Of a mute: what the rule is called. */
  readonly ruleTitle: string | null;
  /** Of a window: what was spent in it, as far as it is known. */
  readonly spentMicroUsd: number;
  /** Usage is known up to here; null where nothing was ever read. */
  readonly dataUntil: number | null;
  /** How many matters it has kept from people. */
  readonly heldBack: number;
  /** Of a window that was not enough. */
  readonly alertNumber: number | null;
}

export type HoldDeps = Pick<Deps, 'store' | 'clock' | 'detectors'>;

export async function describeHold(deps: HoldDeps, hold: Hold): Promise<HoldCard> {
  const { alerts, lineages, quiet } = deps.store.read;
  const isWindow = hold.kind === 'expect';
  const spend = isWindow ? await windowSpend(deps.store.read, hold, deps.clock.now()) : null;
  const alertId = isWindow ? hold.alertId : null;
  return {
    hold,
    slug: (await lineages.get(hold.lineageId))?.slug ?? 'a key that is gone',
    ruleTitle: isWindow ? null : ruleTitle(deps, hold.ruleId),
    spentMicroUsd: spend?.insideMicroUsd ?? 0,
    dataUntil: isWindow ? await knownUntil(deps, hold) : null,
    heldBack: await quiet.countOfHold(hold.id),
    alertNumber: alertId === null ? null : ((await alerts.get(alertId))?.number ?? null),
  };
}

/** What holds now, the first to end first; of one lineage or of all. */
export async function holdsInForce(deps: HoldDeps, lineageId?: string): Promise<readonly HoldCard[]> {
  const now = deps.clock.now();
  const open = (await deps.store.read.holds.open()).filter((hold) => isInForce(hold, now));
  const wanted = lineageId === undefined ? open : open.filter((hold) => hold.lineageId === lineageId);
  return Promise.all(wanted.map((hold) => describeHold(deps, hold)));
}

export function ruleTitle({ detectors }: Pick<Deps, 'detectors'>, ruleId: string): string {
  return detectors.find(({ id }) => id === ruleId)?.title ?? ruleId;
}

/** As far as the connection that is furthest behind. */
async function knownUntil({ store }: HoldDeps, hold: Hold): Promise<number | null> {
  const keys = await keysCountedIn(store.read, hold.lineageId);
  const marks = await Promise.all(
    [...new Set(keys.map(({ connectionId }) => connectionId))].map((id) => store.read.watermarks.get(id)),
  );
  const known = marks.map((mark) => mark?.newestUsageAt ?? null).filter((at) => at !== null);
  return known.length === 0 ? null : Math.min(endOf(hold), ...known);
}
