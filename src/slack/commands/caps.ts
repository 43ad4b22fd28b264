import { askKeys } from '../../services/inventory/ask-keys.ts';
import { keysToCap, readCapRow } from '../../services/limits/read-cap-rows.ts';
import type { Subcommand } from '../command.ts';
import { capListView } from '../views/cap-list.ts';
import { pageOf } from '../views/paging.ts';

const PAGE_ROWS = 8;

export const caps: Subcommand = {
  name: 'caps',
  usage: 'caps [filters]',
  summary:
    'present caps against proposed ones, the dearest keys first, each with a button that sets it; filters as in `list`',
  group: 'look',
  async run({ deps, locale }, { argument, page, userId }) {
    const { keys } = await askKeys(deps, { text: argument, currency: deps.policy.currency, askerId: userId });
    const found = keysToCap(keys);
    const shown = pageOf(found, PAGE_ROWS, { command: 'caps', argument, page });
    const rows = [];
    for (const summary of shown.items) rows.push(await readCapRow(deps, summary));
    return capListView({ page: { ...shown, items: rows }, total: found.length }, locale);
  },
};
