import { plural } from '../../domain/time.ts';
import { ownKeys } from '../../services/inventory/own-keys.ts';
import type { Subcommand } from '../command.ts';
import { keyListView } from '../views/key-list.ts';

export const mine: Subcommand = {
  name: 'mine',
  usage: 'mine',
  summary: 'your keys, and what waits for you',
  group: 'look',
  forOwners: true,
  async run({ deps, locale }, { userId, argument, page, sight }) {
    const { keys, todo } = await ownKeys(deps, { userId, withClaims: sight === 'all' });
    return keyListView(keys, {
      title: titleOf(keys.length, todo.size),
      locale,
      now: deps.clock.now(),
      paging: { command: 'mine', argument, page },
      remarks: todo,
    });
  },
};

function titleOf(keys: number, waiting: number): string {
  if (keys === 0) return 'You own no key. `/keys list unowned` shows those that nobody owns, `/keys claim` takes one.';
  const own = `You own ${plural(keys, 'key')}`;
  if (waiting === 0) return `${own}; nothing waits for you.`;
  return `${own}; ${waiting === 1 ? 'one needs' : `${waiting.toLocaleString('en-US')} need`} you.`;
}
