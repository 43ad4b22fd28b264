import { Secret } from '../domain/secret.ts';
import type { Clock } from '../ports/clock.ts';
import type { Heartbeat, Webhook } from '../ports/webhook.ts';
import { genericWebhook } from './generic.ts';
import { httpHeartbeat } from './heartbeat.ts';
import { pagerDuty } from './pagerduty.ts';

/** The addresses and keys as configuration has read them; undefined where not set. */
export interface OutletSecrets {
  readonly routingKey: Secret | undefined;
  readonly webhookUrl: Secret | undefined;
  readonly heartbeatUrl: Secret | undefined;
  /** Signs what either webhook gets. */
  readonly signingSecret: Secret | undefined;
}

export interface WebhookOptions {
  readonly secrets: OutletSecrets;
  readonly pagerDutyUrl: string | undefined;
  readonly clock: Clock;
}

export function connectWebhooks({ secrets, pagerDutyUrl, clock }: WebhookOptions): readonly Webhook[] {
  const { routingKey, webhookUrl, signingSecret: secret } = secrets;
  const url = pagerDutyUrl === undefined ? undefined : new Secret(pagerDutyUrl);
  return [
    ...(url === undefined || routingKey === undefined ? [] : [pagerDuty({ url, routingKey, secret, clock })]),
    ...(webhookUrl === undefined ? [] : [genericWebhook({ url: webhookUrl, secret, clock })]),
  ];
}

export function connectHeartbeat({ heartbeatUrl }: OutletSecrets): Heartbeat | null {
  return heartbeatUrl === undefined ? null : httpHeartbeat(heartbeatUrl);
}
