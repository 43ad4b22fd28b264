import { DAY_MS } from '../../domain/time.ts';

/** As `/keys stale` counts where nothing else is said. */
export const STALE_MS = 30 * DAY_MS;
