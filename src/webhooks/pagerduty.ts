import type { Severity } from '../domain/finding.ts';
import type { Secret } from '../domain/secret.ts';
import type { Clock } from '../ports/clock.ts';
import type { Page, PageKind, Webhook } from '../ports/webhook.ts';
import { deliver, signature } from './post.ts';

const SEVERITIES: Readonly<Record<Severity, string>> = {
  info: 'info',
  medium: 'warning',
  high: 'error',
  critical: 'critical',
};
// The same dedup_key again is a line in the log of the open incident there and wakes nobody.
const ACTIONS: Readonly<Record<PageKind, string>> = {
  trigger: 'trigger',
  note: 'trigger',
  acknowledge: 'acknowledge',
  resolve: 'resolve',
};
const SUMMARY_MAX = 1_024;

export interface PagerDutyOptions {
  readonly url: Secret;
  readonly routingKey: Secret;
  readonly secret: Secret | undefined;
  readonly clock: Clock;
}

/** PagerDuty's Events API v2, or whatever understands its events. */
export function pagerDuty({ url, routingKey, secret, clock }: PagerDutyOptions): Webhook {
  const title = 'PagerDuty';
  return {
    id: 'pagerduty',
    title,
    host: new URL(url.reveal()).host,
    staysAcknowledged: true,
    async send(page) {
      const body = JSON.stringify({ routing_key: routingKey.reveal(), ...eventOf(page) });
      const place = { title, url, setting: 'KEYSTEWARD_PAGERDUTY_ROUTING_KEY' };
      await deliver(place, { method: 'POST', body, headers: signature(body, secret, clock) });
    },
  };
}

function eventOf(page: Page) {
  const { alert, kind, messageUrl } = page;
  const event = { event_action: ACTIONS[kind], dedup_key: alert.id };
  if (kind === 'acknowledge' || kind === 'resolve') return event;
  return {
    ...event,
    client: 'Keysteward',
    payload: payloadOf(page),
    ...(messageUrl === null ? {} : { client_url: messageUrl, links: [{ href: messageUrl, text: 'Message in Slack' }] }),
  };
}

function payloadOf({ alert, key }: Page) {
  const summary = `${alert.isTest ? 'TEST: ' : ''}${alert.headline} ${alert.reason}`;
  return {
    summary: summary.length > SUMMARY_MAX ? `${summary.slice(0, SUMMARY_MAX - 1)}…` : summary,
    source: key.scope === null ? key.provider : `${key.provider} / ${key.scope}`,
    component: key.name,
    class: alert.detectors.join(', '),
    group: key.environment,
    severity: SEVERITIES[alert.severity],
    timestamp: new Date(alert.openedAt).toISOString(),
    custom_details: {
      alert: alert.name,
      alert_id: alert.id,
      key: key.name,
      key_id: key.id,
      key_hint: key.hint,
      owner_slack_id: key.ownerSlackId,
      lost: alert.lost,
      started_at: new Date(alert.startedAt).toISOString(),
      data_until: new Date(alert.dataUntil).toISOString(),
      test: alert.isTest,
    },
  };
}
