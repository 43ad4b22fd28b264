import { parsePeriod } from '../../domain/period.ts';
import { DAY_MS } from '../../domain/time.ts';
import { recentBacktest } from '../../services/backtest/backtest.ts';
import { REPORT_DAYS } from '../../services/backtest/report-backtest.ts';
import type { Subcommand } from '../command.ts';
import { backtestView } from '../views/backtest.ts';
import { invalid } from './lib/pick-key.ts';

const MAX_DAYS = 90;

export const backtest: Subcommand = {
  name: 'backtest',
  usage: 'backtest [days]',
  summary: `what the rules would have alerted in the last ${REPORT_DAYS} days, or as many as you say`,
  group: 'look',
  async run({ deps, locale }, { argument, page }) {
    const days = parseDays(argument);
    const lineages = await deps.store.read.lineages.all();
    // A factor that was picked meanwhile makes another answer.
    const picks = lineages
      .flatMap(({ id, ownRatio }) => (ownRatio === null ? [] : [`${id}:${ownRatio.ratio}`]))
      .join(' ');
    const found = await recentBacktest(deps, days, picks);
    const slugs = new Map(lineages.map(({ id, slug }) => [id, slug]));
    return backtestView({ backtest: found, days, slugs }, locale, { command: 'backtest', argument, page });
  },
};

function parseDays(argument: string): number {
  if (argument === '') return REPORT_DAYS;
  const days = (parsePeriod(argument) ?? 0) / DAY_MS;
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
  throw invalid(`Give whole days from 1 to ${MAX_DAYS}, for instance \`/keys backtest 14\`.`);
}
