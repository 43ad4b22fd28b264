import { type Alert, alertName } from '../../domain/alert.ts';
import { formatMoney } from '../../domain/money.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import { renderSentence, type Sentence } from '../../domain/sentence.ts';
import type { Page } from '../../ports/webhook.ts';
import type { Deps } from '../deps.ts';

type PageDeps = Pick<Deps, 'store' | 'clock' | 'providers' | 'policy' | 'outlets'>;

const FOREIGN_MAX = 200;

/** What is told of an alert outside of Slack, as it is now. */
export async function describePage(
  deps: PageDeps,
  { id, kind }: Pick<Page, 'id' | 'kind'>,
  alert: Alert,
): Promise<Page> {
  const { keys, lineages, messages, scopes } = deps.store.read;
  const lineage = await lineages.get(alert.lineageId);
  const key = alert.keyId === null ? undefined : await keys.get(alert.keyId);
  const isScope = (one: { id: string; providerId: string }) =>
    one.id === key?.scopeId && one.providerId === key.providerId;
  const scope = (await scopes.all()).find(isScope);
  const message = await messages.get('alert', alert.id);
  const name = plain(lineage?.slug ?? 'a key that is gone');
  return {
    id,
    kind,
    at: deps.clock.now(),
    alert: {
      id: alert.id,
      name: alertName(alert),
      state: alert.state,
      severity: alert.severity,
      isTest: alert.testOf !== null,
      headline: `${name} is ${sentence(deps, alert.headline)}.`,
      reason: sentence(deps, alert.reason),
      startedAt: alert.startedAt,
      openedAt: alert.openedAt,
      dataUntil: alert.dataUntil,
      lostMicroUsd: alert.lostMicroUsd,
      lost: formatMoney(alert.lostMicroUsd, deps.policy.currency),
      detectors: alert.detectorIds,
    },
    key: {
      name,
      id: key?.id ?? null,
      hint: key?.hint ? plain(key.hint) : null,
      provider: key === undefined ? 'unknown' : (deps.providers.get(key.connectionId)?.title ?? key.providerId),
      scope: scope === undefined ? null : plain(scope.name),
      environment: lineage?.environment ?? 'unknown',
      ownerSlackId: lineage?.ownerSlackId ?? null,
    },
    messageUrl: message === undefined ? null : deps.outlets.messageUrl(message),
  };
}

function sentence({ policy }: PageDeps, parts: Sentence): string {
  return renderSentence(parts, {
    currency: policy.currency,
    instant: (at) => `${new Date(at).toISOString().slice(0, 16)}Z`,
    foreign: plain,
    own: (text) => text,
  });
}

/** Text from outside: one line, no credential, capped. */
function plain(text: string): string {
  return scrubSecrets(text)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, FOREIGN_MAX);
}
