import { MICRO_USD_PER_USD } from '../domain/money.ts';
import type { Secret } from '../domain/secret.ts';
import type { Clock } from '../ports/clock.ts';
import type { Page, Webhook } from '../ports/webhook.ts';
import { deliver, signature } from './post.ts';

// Grows when a field changes its meaning or goes; new fields do not change it.
const VERSION = 1;

export interface GenericOptions {
  readonly url: Secret;
  readonly secret: Secret | undefined;
  readonly clock: Clock;
}

/** Our own JSON for whatever a team has; its fields are documented in docs/operations.md and stay. */
export function genericWebhook({ url, secret, clock }: GenericOptions): Webhook {
  const title = 'The webhook';
  const { host } = new URL(url.reveal());
  return {
    id: 'webhook',
    title,
    host,
    async send(page) {
      const body = JSON.stringify(bodyOf(page));
      const place = { title, url, setting: 'KEYSTEWARD_WEBHOOK_URL' };
      await deliver(place, { method: 'POST', body, headers: signature(body, secret, clock) });
    },
  };
}

function bodyOf({ id, kind, at, alert, key, messageUrl }: Page) {
  return {
    version: VERSION,
    id,
    event: kind,
    at: new Date(at).toISOString(),
    test: alert.isTest,
    alert: {
      id: alert.id,
      name: alert.name,
      state: alert.state,
      severity: alert.severity,
      headline: alert.headline,
      reason: alert.reason,
      detectors: alert.detectors,
      startedAt: new Date(alert.startedAt).toISOString(),
      openedAt: new Date(alert.openedAt).toISOString(),
      dataUntil: new Date(alert.dataUntil).toISOString(),
      lostUsd: Math.round((alert.lostMicroUsd / MICRO_USD_PER_USD) * 100) / 100,
      lost: alert.lost,
    },
    key: {
      id: key.id,
      name: key.name,
      hint: key.hint,
      provider: key.provider,
      scope: key.scope,
      environment: key.environment,
      ownerSlackId: key.ownerSlackId,
    },
    slackUrl: messageUrl,
  };
}
