import { type BoundDetector, bindDetector, type Detector } from '../detector.ts';
import { billingThreshold } from './billing-threshold.ts';
import { capThreshold } from './cap-threshold.ts';
import { costSpike } from './cost-spike.ts';
import { dormantAwake } from './dormant-awake.ts';
import { offHours } from './off-hours.ts';
import { slowDrift } from './slow-drift.ts';
import { spendAcceleration } from './spend-acceleration.ts';
import { unknownEndpoint } from './unknown-endpoint.ts';
import { unknownModel } from './unknown-model.ts';
import { volumeSpike } from './volume-spike.ts';

/** Every detector. A test compares this list with the folder. */
export const detectors: readonly [Detector, ...Detector[]] = [
  spendAcceleration,
  costSpike,
  volumeSpike,
  billingThreshold,
  unknownModel,
  unknownEndpoint,
  offHours,
  dormantAwake,
  slowDrift,
  capThreshold,
];

/** All detectors with their sections of policy.yml applied. */
export function bindDetectors(sections: Readonly<Record<string, unknown>>): readonly BoundDetector[] {
  return detectors.map((detector) => bindDetector(detector, sections[detector.id]));
}
