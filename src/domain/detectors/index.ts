import { type BoundDetector, bindDetector, type Detector } from '../detector.ts';
import { spendAcceleration } from './spend-acceleration.ts';

/** Every detector. A test compares this list with the folder. */
export const detectors = [spendAcceleration] as const satisfies readonly Detector[];

/** All detectors with their sections of policy.yml applied. */
export function bindDetectors(sections: Readonly<Record<string, unknown>>): readonly BoundDetector[] {
  return detectors.map((detector) => bindDetector(detector, sections[detector.id]));
}
