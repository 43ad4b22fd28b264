import type { z } from 'zod';
import { authFailures } from '../detectors/auth-failures.ts';
import { billingThreshold } from '../detectors/billing-threshold.ts';
import { costSpike } from '../detectors/cost-spike.ts';
import { dormantAwake } from '../detectors/dormant-awake.ts';
import { offHours } from '../detectors/off-hours.ts';
import { spendAcceleration } from '../detectors/spend-acceleration.ts';
import { volumeSpike } from '../detectors/volume-spike.ts';

const DETECTORS = {
  authFailures,
  costSpike,
  volumeSpike,
  billingThreshold,
  offHours,
  dormantAwake,
  spendAcceleration,
} as const;

/** The settings of the detectors that have any here: each definition and its numbers stand in the detector's file alone. */
export type Limits = {
  readonly [Name in keyof typeof DETECTORS]: z.output<(typeof DETECTORS)[Name]['settings']>;
};

/** From the sections of policy.yml's `detectors`. */
export function limitsOf(sections: Readonly<Record<string, unknown>>): Limits {
  const read = <Settings>({
    id,
    settings,
  }: {
    readonly id: string;
    readonly settings: z.ZodType<Settings>;
  }): Settings => settings.parse(sections[id] ?? {});
  return {
    authFailures: read(authFailures),
    costSpike: read(costSpike),
    volumeSpike: read(volumeSpike),
    billingThreshold: read(billingThreshold),
    offHours: read(offHours),
    dormantAwake: read(dormantAwake),
    spendAcceleration: read(spendAcceleration),
  };
}
