import { parsePeriod } from '../../domain/period.ts';
import { isStale } from '../../domain/staleness.ts';
import { DAY_MS, plural } from '../../domain/time.ts';
import { listKeys } from '../../services/inventory/list-keys.ts';
import type { Subcommand } from '../command.ts';
import { keyListView } from '../views/key-list.ts';
import { invalid } from './lib/pick-key.ts';

const DEFAULT_DAYS = 30;
const MAX_DAYS = 3_650;

export const stale: Subcommand = {
  name: 'stale',
  usage: 'stale [days]',
  summary: `keys without traffic for ${DEFAULT_DAYS} days, or as many as you say`,
  group: 'look',
  async run({ deps, locale }, { argument, page }) {
    const days = parseDays(argument);
    const now = deps.clock.now();
    const keys = (await listKeys(deps))
      .filter((summary) => isStale(summary.key, now - summary.quietSince, days * DAY_MS))
      .sort((a, b) => a.quietSince - b.quietSince);
    const title =
      keys.length === 0
        ? `No working key has been quiet for ${plural(days, 'day')}.`
        : `${plural(keys.length, 'key')} without traffic for ${plural(days, 'day')} or more, longest first`;
    return keyListView(keys, { title, locale, now, paging: { command: 'stale', argument, page } });
  },
};

function parseDays(argument: string): number {
  if (argument === '') return DEFAULT_DAYS;
  const days = (parsePeriod(argument) ?? 0) / DAY_MS;
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
  throw invalid(`Give whole days from 1 to ${MAX_DAYS}, for instance \`/keys stale 60\`.`);
}
