import { rateText } from '../domain/money.ts';
import type { Policy, PolicySetting } from '../domain/policy.ts';
import type { Secret } from '../domain/secret.ts';
import { LOCAL_STORE } from '../domain/secret-place.ts';
import { DEFAULTS, type LogLevel } from './variables.ts';

/** An address that is called, and whether it is the public default; status shows both. */
export interface Address {
  readonly url: string;
  readonly isDefault: boolean;
}

/** Socket Mode needs no public address and opens `healthPort` only for health checks and metrics, if it is set. */
export type SlackTransport =
  | { readonly kind: 'socket'; readonly healthPort: number | undefined }
  | { readonly kind: 'http'; readonly port: number };

/** One admin credential at one provider. Its keys are in `Secrets` under the same connection id. */
export interface ConnectionConfig {
  /** `openai`, or `openai:acme` for the admin key named ACME. */
  readonly connectionId: string;
  readonly providerId: string;
  readonly title: string;
  readonly address: Address;
  /** False without a write key: buttons then give the console steps. */
  readonly writable: boolean;
}

/** The ways out besides Slack. Of addresses that may be secrets only the host. */
export interface OutletConfig {
  readonly pagerDuty: Address | null;
  readonly webhookHost: string | null;
  readonly heartbeatHost: string | null;
  /** Whether what goes to webhooks is signed. */
  readonly signed: boolean;
}

/** Everything the app may know and log. Holds no secret. */
export interface Config {
  readonly production: boolean;
  readonly slack: { readonly address: Address; readonly transport: SlackTransport };
  /** The address that the one port is opened on. This machine alone where left out. */
  readonly httpHost?: string;
  readonly connections: readonly ConnectionConfig[];
  /** None where left out. */
  readonly outlets?: OutletConfig;
  readonly databasePath: string;
  readonly policyPath: string;
  readonly secretPath: string;
  readonly logLevel: LogLevel;
  readonly policy: Policy;
  /** The same, line by line, with where each value is from. */
  readonly policySettings?: readonly PolicySetting[];
}

export type SlackCredential =
  | { readonly kind: 'socket'; readonly appToken: Secret }
  | { readonly kind: 'http'; readonly signingSecret: Secret };

export interface ConnectionSecrets {
  readonly readKey: Secret;
  readonly writeKey: Secret | undefined;
}

/** Kept apart from `Config`, so that nothing that is passed around or logged can hold a key. */
export interface Secrets {
  readonly slack: { readonly botToken: Secret; readonly credential: SlackCredential };
  readonly connections: ReadonlyMap<string, ConnectionSecrets>;
  /** What a scraper of metrics shows; without it only this machine may read them. */
  readonly metricsToken?: Secret;
  /** Of secret stores, by their name and then by suffix. None where left out. */
  readonly stores?: ReadonlyMap<string, ReadonlyMap<string, Secret>>;
  /** None where left out. */
  readonly outlets?: {
    readonly routingKey: Secret | undefined;
    readonly webhookUrl: Secret | undefined;
    readonly heartbeatUrl: Secret | undefined;
    readonly signingSecret: Secret | undefined;
  };
  /** By the name of the hook, then by suffix; none where left out. */
  readonly deployHooks?: ReadonlyMap<string, ReadonlyMap<string, Secret>>;
}

/** The configuration as lines that are safe to show in status and in the log. */
export function describeConfig(config: Config): readonly string[] {
  const { slack, policy } = config;
  return [
    `Slack: ${transportText(config)}, ${addressText(slack.address)}`,
    ...config.connections.map(
      ({ title, connectionId, address, writable }) =>
        `${title} (${connectionId}): ${addressText(address)}, ${writable ? 'read and write' : 'read only'}`,
    ),
    ...outletLines(config),
    ...storeLines(policy),
    ...policy.deployHooks.map(({ name, kind }) => `Deploy hook: ${name} (${kind})`),
    `Database: ${config.databasePath}`,
    `Policy: ${config.policyPath}`,
    `Installation secret: ${config.secretPath}`,
    `Alerts: ${policy.channels.alerts}; time zone ${policy.calendar.timeZone}; ${rateText(policy.currency) ?? 'amounts in USD'}`,
    `Polling: usage every ${policy.polling.usageMs / 60_000} min, inventory every ${policy.polling.inventoryMs / 60_000} min`,
    `Log level: ${config.logLevel}`,
  ];
}

function outletLines({ outlets, policy }: Config): readonly string[] {
  if (outlets === undefined) return [];
  const { pagerDuty, webhookHost, heartbeatHost } = outlets;
  const signed = outlets.signed ? 'signed' : 'not signed';
  return [
    ...(pagerDuty === null ? [] : [`PagerDuty: ${addressText(pagerDuty)}, ${signed}`]),
    ...(webhookHost === null ? [] : [`Webhook: ${webhookHost}, ${signed}`]),
    ...(heartbeatHost === null ? [] : [`Heartbeat: ${heartbeatHost}, every ${policy.heartbeat.everyMs / 60_000} min`]),
  ];
}

/** Only what is used: `local` is there without being asked for. */
function storeLines({ secretStores, secrets }: Policy): readonly string[] {
  const used = secretStores.filter(({ name, settings }) => {
    return name !== LOCAL_STORE.name || Object.keys(settings).length > 0 || secrets.some(({ store }) => store === name);
  });
  if (used.length === 0) return [];
  return [`Secret stores: ${used.map(({ name, kind }) => `${name} (${kind})`).join(', ')}`];
}

function transportText({ slack: { transport }, httpHost = DEFAULTS.KEYSTEWARD_HOST }: Config): string {
  const on = (port: number) => `${httpHost} port ${port}`;
  if (transport.kind === 'http') return `HTTP on ${on(transport.port)}`;
  const health = transport.healthPort === undefined ? 'no health port' : `health on ${on(transport.healthPort)}`;
  return `Socket Mode (${health})`;
}

function addressText({ url, isDefault }: Address): string {
  return isDefault ? url : `${url} (not the public address)`;
}
