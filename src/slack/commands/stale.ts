import { parsePeriod } from '../../domain/period.ts';
import { DAY_MS } from '../../domain/time.ts';
import { byQuiet, describeEntries } from '../../services/stale/describe-stale.ts';
import type { StaleEntry } from '../../services/stale/read-stale.ts';
import { readStale } from '../../services/stale/read-stale.ts';
import type { Subcommand } from '../command.ts';
import { pageOf } from '../views/paging.ts';
import { staleListView, staleRows } from '../views/stale-list.ts';
import { invalid } from './lib/pick-key.ts';

const MAX_DAYS = 3_650;
// Three blocks at most for each, and room for headings.
const PAGE_ROWS = 10;

export const stale: Subcommand = {
  name: 'stale',
  usage: 'stale [days]',
  summary: 'keys that nobody uses, never used ones, and those of which that is not known; with what to do about each',
  group: 'look',
  async run({ deps, locale }, { argument, page: number }) {
    const days = argument === '' ? deps.policy.staleness.askMs / DAY_MS : parseDays(argument);
    const now = deps.clock.now();
    const working = (await readStale(deps)).filter(({ key }) => key.status === 'active');
    const leftOut = working.filter(({ exemption }) => exemption !== null);
    const isKept = ({ record }: StaleEntry) => record?.state === 'kept';
    const entries = working.filter((entry) => entry.exemption === null && !isKept(entry));
    const rows = staleRows(byQuiet(entries), days * DAY_MS, now);
    const counts = { unused: 0, never: 0, unknown: 0 };
    for (const { group } of rows) counts[group] += 1;
    const kept = working.filter((entry) => entry.exemption === null && isKept(entry)).length;
    const part = pageOf(rows, PAGE_ROWS, { command: 'stale', argument, page: number });
    // What is known besides is read of the few that are shown.
    const shown = await describeEntries(
      deps,
      part.items.map(({ card }) => card),
    );
    const cards = new Map(shown.map((card) => [card.key.id, card]));
    const items = part.items.flatMap(({ card: { key }, group }) => {
      const card = cards.get(key.id);
      return card === undefined ? [] : [{ card, group }];
    });
    const page = { ...part, items };
    return staleListView({ days, page, counts, leftOut, kept }, locale, now);
  },
};

function parseDays(argument: string): number {
  const days = (parsePeriod(argument) ?? 0) / DAY_MS;
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
  throw invalid(`Give whole days from 1 to ${MAX_DAYS}, for instance \`/keys stale 60\`.`);
}
