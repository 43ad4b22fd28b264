import { nextWatchAt, watchSecrets } from '../../services/rotation/watch-secrets.ts';
import type { DueWork } from '../due-work.ts';

/** Notes what a secret store holds when a rotation begins. */
export const watchRotationSecrets: DueWork = {
  name: 'watch-secrets',
  nextDueAt: nextWatchAt,
  run: watchSecrets,
};
