import { confirmedOwnerOf } from '../../domain/key.ts';
import { parsePeriod } from '../../domain/period.ts';
import { DAY_MS, plural } from '../../domain/time.ts';
import { openRolledUp, quietFindings } from '../../services/noise/quiet-findings.ts';
import type { Subcommand } from '../command.ts';
import { quietListView } from '../views/quiet-list.ts';
import { invalid } from './lib/pick-key.ts';

export const QUIET_DAYS = 7;
const MAX_DAYS = 400;

export const quiet: Subcommand = {
  name: 'quiet',
  usage: 'quiet [days]',
  summary: `what was found in ${QUIET_DAYS} days, or as many as you say, and told nobody: what, and why it was held back`,
  group: 'look',
  forOwners: true,
  async run({ deps, locale }, { argument, page, sight, userId }) {
    const days = daysIn(argument);
    const now = deps.clock.now();
    const lineages = new Map((await deps.store.read.lineages.all()).map((lineage) => [lineage.id, lineage]));
    const isTheirs = (id: string) => sight === 'all' || confirmedOwnerOf(lineages.get(id) ?? null) === userId;
    const found = await quietFindings(deps, { from: now - days * DAY_MS, to: now + 1 });
    const items = found.filter(({ lineageId }) => isTheirs(lineageId));
    const rolledUp = (await openRolledUp(deps))
      .filter(({ lineageId }) => isTheirs(lineageId))
      .map((alert) => ({ alert, slug: lineages.get(alert.lineageId)?.slug ?? 'a key that is gone' }));
    const count = items.length + rolledUp.length;
    const title =
      count === 0
        ? `Nothing was held back in ${plural(days, 'day')}: all that was found was told.`
        : `${plural(count, 'matter')} found in ${plural(days, 'day')} that called nobody, newest first`;
    return quietListView({ title, rolledUp, items, paging: { command: 'quiet', argument, page } }, locale);
  },
};

function daysIn(argument: string): number {
  if (argument === '') return QUIET_DAYS;
  const days = (parsePeriod(argument) ?? 0) / DAY_MS;
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
  throw invalid(`Give whole days from 1 to ${MAX_DAYS}, for instance \`/keys quiet 30\`.`);
}
