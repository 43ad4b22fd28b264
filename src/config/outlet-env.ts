import type { Secret } from '../domain/secret.ts';
import { wrongHookUrl } from './address.ts';
import type { Config, Secrets } from './config.ts';
import type { EnvReader } from './env-reader.ts';
import { DEFAULTS, type SecretVariable } from './variables.ts';

export interface OutletPart {
  readonly config: NonNullable<Config['outlets']>;
  readonly secrets: NonNullable<Secrets['outlets']>;
}

/** The ways out besides Slack: webhooks and the heartbeat. All of them optional. */
export function readOutlets(reader: EnvReader): OutletPart {
  const routingKey = reader.secret('KEYSTEWARD_PAGERDUTY_ROUTING_KEY')?.secret;
  const pagerUrl = reader.address('KEYSTEWARD_PAGERDUTY_URL', DEFAULTS.KEYSTEWARD_PAGERDUTY_URL);
  const webhookUrl = readUrl(reader, 'KEYSTEWARD_WEBHOOK_URL');
  const heartbeatUrl = readUrl(reader, 'KEYSTEWARD_HEARTBEAT_URL');
  const signingSecret = reader.secret('KEYSTEWARD_WEBHOOK_SECRET')?.secret;
  complainAlone(reader);
  return {
    config: {
      pagerDuty: routingKey === undefined ? null : pagerUrl,
      webhookHost: hostOf(webhookUrl),
      heartbeatHost: hostOf(heartbeatUrl),
      signed: signingSecret !== undefined,
    },
    secrets: { routingKey, webhookUrl, heartbeatUrl, signingSecret },
  };
}

/** A setting that nothing uses is a slip: its owner believes that pages go out, or that they are signed. */
function complainAlone(reader: EnvReader): void {
  const hasPager = reader.has('KEYSTEWARD_PAGERDUTY_ROUTING_KEY');
  if (reader.has('KEYSTEWARD_PAGERDUTY_URL') && !hasPager) {
    reader.complain('KEYSTEWARD_PAGERDUTY_URL', {
      problem: 'is set without KEYSTEWARD_PAGERDUTY_ROUTING_KEY',
      fix: 'Set the integration key of the service (Events API v2), or remove the address.',
    });
  }
  if (reader.has('KEYSTEWARD_WEBHOOK_SECRET') && !hasPager && !reader.has('KEYSTEWARD_WEBHOOK_URL')) {
    reader.complain('KEYSTEWARD_WEBHOOK_SECRET', {
      problem: 'is set, and there is no webhook that it could sign',
      fix: 'Set KEYSTEWARD_WEBHOOK_URL or KEYSTEWARD_PAGERDUTY_ROUTING_KEY, or remove it.',
    });
  }
}

function readUrl(reader: EnvReader, name: SecretVariable): Secret | undefined {
  const given = reader.secret(name);
  const wrong = given && wrongHookUrl(given.secret.reveal());
  if (given === undefined || wrong === undefined) return given?.secret;
  reader.complain(given.where, wrong);
  return undefined;
}

function hostOf(url: Secret | undefined): string | null {
  return url === undefined ? null : new URL(url.reveal()).host;
}
