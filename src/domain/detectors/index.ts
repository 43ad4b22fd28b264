import { connectionDetectors } from '../connection-detectors/index.ts';
import { type BoundDetector, bindDetector, type Detector } from '../detector.ts';
import { authFailures } from './auth-failures.ts';
import { billingThreshold } from './billing-threshold.ts';
import { capForecast } from './cap-forecast.ts';
import { capThreshold } from './cap-threshold.ts';
import { costSpike } from './cost-spike.ts';
import { deadKeyUsed } from './dead-key-used.ts';
import { dormantAwake } from './dormant-awake.ts';
import { newKey } from './new-key.ts';
import { offHours } from './off-hours.ts';
import { oldKeyRise } from './old-key-rise.ts';
import { retentionBreach } from './retention-breach.ts';
import { slowDrift } from './slow-drift.ts';
import { spendAcceleration } from './spend-acceleration.ts';
import { unknownAddress } from './unknown-address.ts';
import { unknownEndpoint } from './unknown-endpoint.ts';
import { unknownModel } from './unknown-model.ts';
import { unownedKey } from './unowned-key.ts';
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
  capForecast,
  deadKeyUsed,
  retentionBreach,
  unknownAddress,
  authFailures,
  newKey,
  unownedKey,
  oldKeyRise,
];

/** Every section that policy.yml may hold under `detectors`; two detectors of one id share theirs. */
export const detectorSections: readonly Pick<Detector, 'id' | 'settings'>[] = [
  ...new Map([...detectors, ...connectionDetectors].map(({ id, settings }) => [id, { id, settings }])).values(),
];

/** All detectors with their sections of policy.yml applied. */
export function bindDetectors(sections: Readonly<Record<string, unknown>>): readonly BoundDetector[] {
  return detectors.map((detector) => bindDetector(detector, sections[detector.id]));
}
