import { PERIOD_HELP, parsePeriod } from '../../domain/period.ts';
import { DAY_MS, HOUR_MS } from '../../domain/time.ts';
import { readKeySpend, readTotalSpend } from '../../services/spend/read-spend.ts';
import type { Subcommand } from '../command.ts';
import { keySpendView, totalSpendView } from '../views/spend.ts';
import { invalid, keyAndRest, pickKey } from './lib/pick-key.ts';

const DEFAULT_MS = 7 * DAY_MS;
const MAX_MS = 400 * DAY_MS;

export const spend: Subcommand = {
  name: 'spend',
  usage: 'spend [key] [7d]',
  summary: 'what was spent, by key, or by day and model of one key',
  group: 'look',
  async run(context, request) {
    const { deps, locale } = context;
    const { argument, page } = request;
    const { wanted, rest } = keyAndRest(argument);
    const alone = rest === '' ? parsePeriod(wanted) : null;
    if (argument.trim() === '' || alone !== null) {
      const total = await readTotalSpend(deps, fitting(alone ?? DEFAULT_MS));
      return totalSpendView(total, locale, { command: 'spend', argument, page });
    }
    const periodMs = rest === '' ? DEFAULT_MS : parsePeriod(rest);
    if (periodMs === null) throw invalid(`${PERIOD_HELP} For instance \`/keys spend prod-api 30d\`.`);
    const picked = await pickKey(context, { wanted, rest, command: 'spend', asker: request });
    if ('answer' in picked) return picked.answer;
    return keySpendView(await readKeySpend(deps, picked.found.lineage, fitting(periodMs)), locale);
  },
};

function fitting(periodMs: number): number {
  if (periodMs >= HOUR_MS && periodMs <= MAX_MS) return periodMs;
  throw invalid(`${PERIOD_HELP} At most ${MAX_MS / DAY_MS} days.`);
}
