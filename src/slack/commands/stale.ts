import { AppError } from '../../domain/errors.ts';
import { isStale } from '../../domain/staleness.ts';
import { DAY_MS, plural } from '../../domain/time.ts';
import { listKeys } from '../../services/inventory/list-keys.ts';
import type { Subcommand } from '../command.ts';
import { keyListView } from '../views/key-list.ts';

const DEFAULT_DAYS = 30;
const MAX_DAYS = 3_650;

export const stale: Subcommand = {
  name: 'stale',
  usage: 'stale [days]',
  summary: `keys without traffic for ${DEFAULT_DAYS} days, or as many as you say`,
  async run({ deps, locale }, { argument }) {
    const days = parseDays(argument);
    const now = deps.clock.now();
    const keys = (await listKeys(deps))
      .filter((summary) => isStale(summary.key, now - summary.quietSince, days * DAY_MS))
      .sort((a, b) => a.quietSince - b.quietSince);
    const title =
      keys.length === 0
        ? `No working key has been quiet for ${plural(days, 'day')}.`
        : `${plural(keys.length, 'key')} without traffic for ${plural(days, 'day')} or more, longest first`;
    return keyListView(keys, { title, locale, now });
  },
};

function parseDays(argument: string): number {
  if (argument === '') return DEFAULT_DAYS;
  const days = Number(/^(\d{1,5})\s*d?(?:ays?)?$/i.exec(argument)?.[1] ?? Number.NaN);
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
  throw new AppError({
    code: 'invalid_input',
    message: 'not a number of days',
    publicMessage: `Give whole days from 1 to ${MAX_DAYS}, for instance \`/keys stale 60\`.`,
  });
}
