import { type BoundDetector, bindDetector, type Detector } from '../detector.ts';
import { capThreshold } from './cap-threshold.ts';
import { spendAcceleration } from './spend-acceleration.ts';

/** Every detector. A test compares this list with the folder. */
export const detectors: readonly [Detector, ...Detector[]] = [spendAcceleration, capThreshold];

/** All detectors with their sections of policy.yml applied. */
export function bindDetectors(sections: Readonly<Record<string, unknown>>): readonly BoundDetector[] {
  return detectors.map((detector) => bindDetector(detector, sections[detector.id]));
}
