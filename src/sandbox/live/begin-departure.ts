import { systemActor } from '../../domain/actor.ts';
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts';
import { changeLineage } from '../../services/inventory/change-lineage.ts';
import { syncScopeMembers } from '../../services/owners/sync-scope-members.ts';
import type { Stage } from '../stage.ts';
import type { Scenario } from '../world/index.ts';

const LEAVER = 'U0DEE';
/** A Tuesday, ten in Berlin. */
const TEN_O_CLOCK = Date.UTC(2026, 9, 20, 8);

export const leavingDay: Scenario = {
  id: 'departure',
  title: 'Somebody leaves, and with them what they own and know',
  startAt: TEN_O_CLOCK - 10 * MINUTE_MS,
  endsAt: TEN_O_CLOCK + 30 * HOUR_MS,
  pollMinutes: 5,
  leaks: () => [],
};

export const LEAVING_POLICY = 'calendar: { timezone: Europe/Berlin }\n';

const CONSUMERS: Readonly<Record<string, readonly string[]>> = {
  'staging-ci': ['CI of the web shop'],
  'weekly-evals': ['Monday evaluation'],
  'nightly-summaries': ['nightly job', 'sales dashboard'],
  'coding-agents': ['laptops of engineering', 'CI runners'],
};

/** Dee's account is closed at ten; the message stands in the channel when the story opens. */
export async function beginDeparture(stage: Stage): Promise<void> {
  await stage.playUntil(TEN_O_CLOCK - MINUTE_MS);
  const { deps } = stage.app;
  // This installation is minutes old; one that has run for weeks knows who uses what, and who is in which workspace.
  const actor = systemActor('import');
  for (const { id, slug } of await deps.store.read.lineages.all()) {
    const consumers = CONSUMERS[slug];
    if (consumers !== undefined)
      await changeLineage(deps, { actor, lineageId: id, revision: null, change: { consumers } });
  }
  await syncScopeMembers(deps);
  await stage.playUntil(TEN_O_CLOCK);
  await stage.during(async () => stage.slack.changeUser(LEAVER, { deleted: true }));
  await stage.playUntil(TEN_O_CLOCK + 2 * MINUTE_MS);
}
