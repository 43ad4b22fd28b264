import {
  type BoundConnectionDetector,
  bindConnectionDetector,
  type ConnectionDetector,
} from '../connection-detector.ts';
import { blind } from './blind.ts';
import { failedLogins } from './failed-logins.ts';
import { shadowSpend } from './shadow-spend.ts';

/** Every detector of what concerns a connection as a whole. A test compares this list with the folder. */
export const connectionDetectors: readonly ConnectionDetector[] = [blind, shadowSpend, failedLogins];

/** All of them with their sections of policy.yml applied. */
export function bindConnectionDetectors(
  sections: Readonly<Record<string, unknown>>,
): readonly BoundConnectionDetector[] {
  return connectionDetectors.map((detector) => bindConnectionDetector(detector, sections[detector.id]));
}
