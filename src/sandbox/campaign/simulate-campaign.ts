import type { Logger } from '../../ports/logger.ts';
import { logAuditHeadJob } from '../../scheduler/jobs/log-audit-head.ts';
import { planCampaignsJob } from '../../scheduler/jobs/plan-campaigns.ts';
import { pollUsageJob } from '../../scheduler/jobs/poll-usage.ts';
import { pruneJob } from '../../scheduler/jobs/prune.ts';
import { syncInventoryJob } from '../../scheduler/jobs/sync-inventory.ts';
import { syncMembersJob } from '../../scheduler/jobs/sync-members.ts';
import type { Stage } from '../stage.ts';
import { DAY_MS } from '../world/index.ts';
import { type CampaignResult, resultOf } from './figures.ts';
import { createFleet, type Tempo } from './fleet.ts';
import { openFleetStage } from './fleet-stage.ts';
import { People } from './people.ts';

export interface CampaignSimulation {
  readonly keys: number;
  readonly seed: number;
  /** How long at most; it ends earlier when the campaign is over. */
  readonly days: number;
  /** Left out: `quarter`. */
  readonly tempo?: Tempo;
  readonly logger: Logger;
  /** After each day. */
  readonly onDay?: (day: number) => void;
}

/** A Monday, eight days before the second Tuesday of October: the announcement is a day away. */
const START = Date.UTC(2026, 9, 5, 6);
/** The second Tuesday itself, three hours before it begins. */
const BRISK_START = Date.UTC(2026, 9, 13, 5);
/** What has nothing to do with a rotation, such as reading what is long past, takes no part in it. */
const JOBS = [syncInventoryJob, syncMembersJob, pollUsageJob, planCampaignsJob, logAuditHeadJob, pruneJob];

/** Plays a quarter with its rotation campaign through the real app and returns the figures. */
export async function simulateCampaign(options: CampaignSimulation): Promise<CampaignResult> {
  const { keys, seed, days, tempo = 'quarter', logger, onDay } = options;
  const fleet = createFleet(keys, seed, tempo);
  const startAt = tempo === 'brisk' ? BRISK_START : START;
  const endsAt = startAt + days * DAY_MS;
  const { stage, world } = await openFleetStage({ fleet, seed, startAt, endsAt, jobs: JOBS, logger });
  try {
    const people = new People(stage, world, fleet);
    let day = 0;
    await stage.playUntil(endsAt, async () => {
      await people.step();
      const today = Math.floor((stage.clock.now() - startAt) / DAY_MS);
      if (today > day) onDay?.(today);
      day = Math.max(day, today);
      return !(await isOver(stage));
    });
    return await resultOf(stage, { fleet, world, days: Math.round((stage.clock.now() - startAt) / DAY_MS) });
  } finally {
    await stage.close();
  }
}

/** The campaign has ended, and its report is out. */
async function isOver(stage: Stage): Promise<boolean> {
  const { campaigns, outbox } = stage.app.deps.store.read;
  if ((await campaigns.closed(1)).length === 0) return false;
  return (await outbox.nextDueAt()) === null;
}
