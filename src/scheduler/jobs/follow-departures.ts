import { MINUTE_MS } from '../../domain/time.ts';
import { settleDepartures } from '../../services/departures/settle-departure.ts';
import type { Job } from '../job.ts';

/** What became of the keys of people who leave, wherever it was done. */
export const followDeparturesJob: Job = {
  name: 'follow-departures',
  everyMs: () => 10 * MINUTE_MS,
  run: settleDepartures,
};
