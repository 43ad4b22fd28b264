import { nextDeploymentAt, runDeployments } from '../../services/rotation/run-deployments.ts';
import type { DueWork } from '../due-work.ts';

/** Fires the deploy hooks of rotations and follows what they began. */
export const runRotationDeployments: DueWork = {
  name: 'run-deployments',
  nextDueAt: nextDeploymentAt,
  run: runDeployments,
};
