import type { Logger } from '../../ports/logger.ts';
import type { Job } from '../../scheduler/job.ts';
import { DrivenClock } from '../driven-clock.ts';
import { openStage, type Stage } from '../stage.ts';
import type { Scenario } from '../world/index.ts';
import type { Fleet } from './fleet.ts';
import { fleetProviders } from './fleet-providers.ts';
import { FleetWorld } from './fleet-world.ts';

export interface FleetStageOptions {
  readonly fleet: Fleet;
  readonly seed: number;
  readonly startAt: number;
  readonly endsAt: number;
  readonly jobs: readonly Job[];
  readonly logger: Logger;
}

export interface FleetStage {
  readonly stage: Stage;
  readonly world: FleetWorld;
}

const POLL_MINUTES = 60;

/** The real app in front of a fleet. Acme's keys are not there: its simulated providers stand beside it and are not asked. */
export async function openFleetStage(options: FleetStageOptions): Promise<FleetStage> {
  const { fleet, startAt, endsAt, jobs, ...settings } = options;
  const clock = new DrivenClock(startAt);
  const world = new FleetWorld(clock, fleet);
  const pollMinutes = POLL_MINUTES;
  const about = { id: 'campaign', title: 'The quarterly rotation', leaks: () => [] };
  const scenario: Scenario = { ...about, startAt, endsAt, pollMinutes };
  const stage = await openStage({
    ...settings,
    scenario,
    pollMinutes,
    clock,
    provider: 'openai',
    lagMinutes: 0,
    policy: fleet.policy,
    ticks: 'jobs',
    overrides: { jobs, providers: fleetProviders({ world, clock }) },
  });
  return { stage, world };
}
