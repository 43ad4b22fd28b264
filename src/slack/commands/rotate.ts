import { AppError } from '../../domain/errors.ts';
import { findKeys } from '../../services/inventory/find-keys.ts';
import { listAllKeys } from '../../services/inventory/list-keys.ts';
import { openRotateModal } from '../actions/rotate-key.ts';
import type { Subcommand } from '../command.ts';
import { keyListView } from '../views/key-list.ts';
import { plainForeign } from '../views/text.ts';

export const rotate: Subcommand = {
  name: 'rotate',
  usage: 'rotate <key>',
  summary: 'replace a key by a new one, step by step in a thread',
  async run(context, request) {
    const { deps, locale } = context;
    const { argument } = request;
    if (argument === '') throw unclear('Say which key, for instance `/keys rotate prod-api`.');
    const [only, ...others] = findKeys(await listAllKeys(deps), argument);
    if (only === undefined) {
      throw unclear(`No key is called “${plainForeign(argument, 40)}”. \`/keys list\` shows all of them.`);
    }
    if (others.length > 0) {
      const title = `${others.length + 1} keys fit. Which one do you mean?`;
      return keyListView([only, ...others], { title, locale, now: deps.clock.now() });
    }
    await openRotateModal(context, request, { keyId: only.key.id, alertId: null });
    return null;
  },
};

function unclear(publicMessage: string): AppError {
  return new AppError({ code: 'invalid_input', message: 'no such key', publicMessage });
}
