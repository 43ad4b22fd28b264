import { EVERY_KEY } from '../../domain/key-query.ts';
import { plural } from '../../domain/time.ts';
import { askKeys } from '../../services/inventory/ask-keys.ts';
import { queryKeys } from '../../services/inventory/query-keys.ts';
import type { Subcommand } from '../command.ts';
import { keyListView } from '../views/key-list.ts';

export const list: Subcommand = {
  name: 'list',
  usage: 'list [filters]',
  summary:
    'every key, or those that fit: `unowned`, `owner:@ana`, `env:prod`, `unused:>30d`, `never-used`, `spend:>100`, `cap:none`, `model:…`, `sort:spend`',
  group: 'look',
  async run({ deps, locale }, { argument, page, userId }) {
    const now = deps.clock.now();
    const asked = { text: argument, currency: deps.policy.currency, askerId: userId };
    const { all, keys } = await askKeys(deps, asked);
    return keyListView(keys, {
      title: titleOf({
        found: keys.length,
        isAll: argument === '',
        isEmpty: queryKeys(all, EVERY_KEY, { now, policy: deps.policy }).length === 0,
      }),
      locale,
      now,
      paging: { command: 'list', argument, page },
    });
  },
};

function titleOf({ found, isAll, isEmpty }: { found: number; isAll: boolean; isEmpty: boolean }): string {
  if (isEmpty) return 'No keys yet. `/keys status` says whether the providers can be read.';
  if (isAll) return 'Keys';
  return found === 0
    ? 'No key fits all of that. `/keys list` shows every key.'
    : `${plural(found, 'key')} that ${found === 1 ? 'fits' : 'fit'}`;
}
