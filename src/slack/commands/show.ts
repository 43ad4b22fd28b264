import { AppError } from '../../domain/errors.ts';
import { describeAccount } from '../../services/actions/account.ts';
import { possibleActs } from '../../services/alerts/describe-alert.ts';
import type { Deps } from '../../services/deps.ts';
import { eventsOfKey } from '../../services/events/key-events.ts';
import { findKeys } from '../../services/inventory/find-keys.ts';
import { type KeySummary, listAllKeys } from '../../services/inventory/list-keys.ts';
import { capControls, describeScope, spentThisMonth } from '../../services/limits/describe-scope.ts';
import { openRotationOf } from '../../services/rotation/rotation-link.ts';
import type { Subcommand } from '../command.ts';
import { type KeyCard, keyCardView } from '../views/key-card.ts';
import { keyListView } from '../views/key-list.ts';
import { plainForeign } from '../views/text.ts';

export const show: Subcommand = {
  name: 'show',
  usage: 'show <key>',
  summary: 'one key as a card, by slug, label, hint or a part of them',
  async run({ deps, locale }, { argument }) {
    if (argument === '') throw unclear('Say which key, for instance `/keys show prod-api`.');
    const fitting = findKeys(await listAllKeys(deps), argument);
    const listed = fitting.filter(({ key }) => key.status !== 'gone');
    // A tombstone is found by a name that no key has any more.
    const found = listed.length > 0 ? listed : fitting;
    const [only, ...others] = found;
    const now = deps.clock.now();
    if (only === undefined) {
      throw unclear(`No key is called “${plainForeign(argument, 40)}”. \`/keys list\` shows all of them.`);
    }
    if (others.length > 0) {
      return keyListView(found, { title: `${found.length} keys fit. Which one do you mean?`, locale, now });
    }
    return keyCardView(await cardOf(deps, only), { locale, now });
  },
};

/** What the card of one key shows. */
export async function cardOf(deps: Deps, summary: KeySummary): Promise<KeyCard> {
  const { key, lineage } = summary;
  const { alerts, actions } = deps.store.read;
  const alert = await alerts.latestOfLineage(lineage.id);
  const provider = deps.providers.get(key.connectionId);
  const ref = { providerKeyId: key.providerKeyId, scopeId: key.scopeId };
  const scope = await describeScope(deps, key);
  return {
    ...summary,
    acts: possibleActs(deps, key),
    alert: alert?.state === 'resolved' ? null : (alert ?? null),
    events: await eventsOfKey(deps, key),
    consoleUrl: provider?.consoleSteps('revoke', ref).url ?? null,
    scope,
    spentMicroUsd: scope === null ? null : await spentThisMonth(deps, key),
    cap: capControls(deps, key, scope?.known ?? null),
    account: await describeAccount(deps, key),
    rotation: await openRotationOf(deps, lineage.id),
    lastAction: (await actions.ofKey(key.id)).toSorted((a, b) => a.requestedAt - b.requestedAt).at(-1) ?? null,
  };
}

function unclear(publicMessage: string): AppError {
  return new AppError({ code: 'invalid_input', message: 'no such key', publicMessage });
}
