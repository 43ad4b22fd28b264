import { usualFactor } from '../../domain/factor.ts';
import { STOPPED_STATUSES } from '../../domain/key.ts';
import { ownCapOf } from '../../domain/own-cap.ts';
import { modelBoundsOf } from '../../domain/policy.ts';
import { describeAccount } from '../../services/actions/account.ts';
import { possibleActs } from '../../services/alerts/describe-alert.ts';
import { learningOf } from '../../services/baselines/learning.ts';
import type { Deps } from '../../services/deps.ts';
import { eventsOfKey } from '../../services/events/key-events.ts';
import { grantsOfKey } from '../../services/grants/read-grants.ts';
import { readLint } from '../../services/hygiene/read-lint.ts';
import { describeEntry } from '../../services/inventory/describe-entries.ts';
import { keyInsights } from '../../services/inventory/key-insights.ts';
import type { KeySummary } from '../../services/inventory/list-keys.ts';
import { capControls, describeScope, spentThisMonth } from '../../services/limits/describe-scope.ts';
import { presentOvershoot } from '../../services/limits/present-overshoot.ts';
import { holdsInForce } from '../../services/noise/read-holds.ts';
import { recentRisk } from '../../services/risk/read-risk.ts';
import { watchKey } from '../../services/risk/watch-key.ts';
import { keysCountedIn } from '../../services/rotation/named-keys.ts';
import { openRotationOf } from '../../services/rotation/rotation-link.ts';
import { cardsOf } from '../../services/stale/describe-stale.ts';
import type { Subcommand } from '../command.ts';
import { type KeyCard, keyCardView } from '../views/key-card.ts';
import { pickKey } from './lib/pick-key.ts';

export const show: Subcommand = {
  name: 'show',
  usage: 'show <key>',
  summary: 'one key as a card, by slug, label, hint or a part of them',
  group: 'look',
  forOwners: true,
  async run(context, request) {
    const { deps, locale } = context;
    const picked = await pickKey(context, { wanted: request.argument, command: 'show', asker: request });
    if ('answer' in picked) return picked.answer;
    return keyCardView(await cardOf(deps, picked.found), { locale, now: deps.clock.now() });
  },
};

/** What the card of one key shows. */
export async function cardOf(deps: Deps, summary: KeySummary): Promise<KeyCard> {
  const { key, lineage } = summary;
  const { alerts, actions } = deps.store.read;
  const alert = await alerts.latestOfLineage(lineage.id);
  const [standing = null] = await cardsOf(deps, (entry) => entry.key.id === key.id && entry.record !== null);
  const provider = deps.providers.get(key.connectionId);
  const ref = { providerKeyId: key.providerKeyId, scopeId: key.scopeId };
  const scope = await describeScope(deps, key);
  const counted = (await keysCountedIn(deps.store.read, lineage.id)).map(({ id }) => id);
  return {
    ...summary,
    entry: await describeEntry(deps, summary, await keyInsights(deps)),
    acts: possibleActs(deps, key),
    standing,
    findings: (await readLint(deps, key.id))[0]?.findings ?? [],
    alert: alert?.state === 'resolved' ? null : (alert ?? null),
    events: await eventsOfKey(deps, key),
    consoleUrl: provider?.consoleSteps('revoke', ref).url ?? null,
    scope,
    spentMicroUsd: scope === null ? null : await spentThisMonth(deps, key),
    grants: await grantsOfKey(deps, key),
    holds: await holdsInForce(deps, lineage.id),
    cap: capControls(deps, key, scope?.known ?? null),
    own: ownCapOf(lineage, deps.policy),
    overshoot: await presentOvershoot(deps, { connectionId: key.connectionId, keyIds: counted }),
    radius: (await recentRisk(deps)).byKey.get(key.id)?.radius ?? null,
    watch: key.kind === 'admin' || STOPPED_STATUSES.has(key.status) ? null : await watchKey(deps, summary),
    bounds: modelBoundsOf(lineage, deps.policy),
    account: await describeAccount(deps, key),
    learning: await learningOf(deps, summary),
    usualFactor: usualFactor(deps.policy.detectors),
    rotation: await openRotationOf(deps, lineage.id),
    lastAction: (await actions.ofKey(key.id)).toSorted((a, b) => a.requestedAt - b.requestedAt).at(-1) ?? null,
  };
}
