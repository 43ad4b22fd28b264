import { AppError } from '../../domain/errors.ts';
import { possibleActs } from '../../services/alerts/describe-alert.ts';
import { eventsOfKey } from '../../services/events/key-events.ts';
import { findKeys } from '../../services/inventory/find-keys.ts';
import { listKeys } from '../../services/inventory/list-keys.ts';
import type { Subcommand } from '../command.ts';
import { keyCardView } from '../views/key-card.ts';
import { keyListView } from '../views/key-list.ts';
import { plainForeign } from '../views/text.ts';

export const show: Subcommand = {
  name: 'show',
  usage: 'show <key>',
  summary: 'one key as a card, by slug, label, hint or a part of them',
  async run({ deps, locale }, { argument }) {
    if (argument === '') throw unclear('Say which key, for instance `/keys show prod-api`.');
    const found = findKeys(await listKeys(deps), argument);
    const [only, ...others] = found;
    const now = deps.clock.now();
    if (only === undefined) {
      throw unclear(`No key is called “${plainForeign(argument, 40)}”. \`/keys list\` shows all of them.`);
    }
    if (others.length > 0) {
      return keyListView(found, { title: `${found.length} keys fit. Which one do you mean?`, locale, now });
    }
    const alert = await deps.store.read.alerts.latestOfLineage(only.lineage.id);
    const provider = deps.providers.get(only.key.connectionId);
    const ref = { providerKeyId: only.key.providerKeyId, scopeId: only.key.scopeId };
    return keyCardView(
      {
        ...only,
        acts: possibleActs(deps, only.key),
        alert: alert?.state === 'resolved' ? null : (alert ?? null),
        events: await eventsOfKey(deps, only.key),
        consoleUrl: provider?.consoleSteps('revoke', ref).url ?? null,
      },
      { locale, now },
    );
  },
};

function unclear(publicMessage: string): AppError {
  return new AppError({ code: 'invalid_input', message: 'no such key', publicMessage });
}
