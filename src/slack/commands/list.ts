import { listKeys } from '../../services/inventory/list-keys.ts';
import type { Subcommand } from '../command.ts';
import { keyListView } from '../views/key-list.ts';

export const list: Subcommand = {
  name: 'list',
  usage: 'list',
  summary: 'every key with its owner, last use and cost',
  async run({ deps, locale }) {
    const keys = (await listKeys(deps)).filter(({ key }) => key.status !== 'gone');
    return keyListView(keys, {
      title: keys.length === 0 ? 'No keys yet. `/keys status` says whether the providers can be read.' : 'Keys',
      locale,
      now: deps.clock.now(),
    });
  },
};
