import { dirname } from 'node:path';
import type { Config, Secrets } from './config/config.ts';
import { DEFAULTS } from './config/variables.ts';
import { deployHooks } from './deploy-hooks/index.ts';
import { connectHook } from './deploy-hooks/lib/connect.ts';
import { AppError } from './domain/errors.ts';
import type { Policy } from './domain/policy.ts';
import { LOCAL_STORE } from './domain/secret-place.ts';
import type { Metrics } from './http/metrics.ts';
import { routesOf } from './http/routes.ts';
import { createHttpServer, type HttpServer } from './http/server.ts';
import type { Clock } from './ports/clock.ts';
import type { Logger } from './ports/logger.ts';
import type { Meter } from './ports/meter.ts';
import type { Provider, ProviderDefinition } from './ports/provider.ts';
import type { SecretStore } from './ports/secret-store.ts';
import { countFailures } from './providers/lib/counted-provider.ts';
import { secretStores } from './secret-stores/index.ts';
import type { Deps } from './services/deps.ts';
import { type BoltApp, SLACK_PATH } from './slack/bolt-app.ts';
import { messageUrl } from './slack/own-messages.ts';
import { systemClock } from './system/clock.ts';
import { connectHeartbeat, connectWebhooks } from './webhooks/index.ts';

/** How Slack reaches us, with what proves that it is Slack. */
export function transportOf({ slack }: Config, { slack: { credential } }: Secrets) {
  if (slack.transport.kind === 'http' && credential.kind === 'http') {
    return { kind: 'http' as const, signingSecret: credential.signingSecret, wallNow: () => systemClock.now() };
  }
  if (slack.transport.kind === 'socket' && credential.kind === 'socket') {
    return { kind: 'socket' as const, appToken: credential.appToken };
  }
  throw new AppError({
    code: 'internal',
    message: 'transport and credential differ',
    publicMessage: 'The Slack settings contradict each other; see docs/configuration.md.',
  });
}

interface Configured {
  readonly config: Config;
  readonly secrets: Secrets;
}

interface HttpInput extends Configured {
  readonly deps: Pick<Deps, 'logger' | 'meter'>;
  readonly bolt: BoltApp;
  readonly metrics: Metrics;
  readonly notReady: () => Promise<readonly string[]>;
}

/** The one port, where one is set. */
export function httpServerOf({ config, secrets, deps, bolt, metrics, notReady }: HttpInput): HttpServer | null {
  const port = portOf(config);
  if (port === undefined) return null;
  const { httpHost: host = DEFAULTS.KEYSTEWARD_HOST } = config;
  const listener = bolt.requestListener;
  const routes = routesOf({
    notReady,
    metrics: { host, token: secrets.metricsToken, contentType: metrics.contentType, render: metrics.render },
    slack: listener === null ? null : { path: SLACK_PATH, listener },
  });
  return createHttpServer({ host, port, routes, logger: deps.logger, meter: deps.meter });
}

export function portOf({ slack: { transport } }: Config): number | undefined {
  return transport.kind === 'http' ? transport.port : transport.healthPort;
}

interface OutletsInput extends Configured {
  readonly clock: Clock;
  readonly bolt: BoltApp;
}

export function outletsOf({ config, secrets, clock, bolt }: OutletsInput): Deps['outlets'] {
  const pagerDutyUrl = config.outlets?.pagerDuty?.url;
  return {
    webhooks: secrets.outlets ? connectWebhooks({ secrets: secrets.outlets, pagerDutyUrl, clock }) : [],
    heartbeat: secrets.outlets ? connectHeartbeat(secrets.outlets) : null,
    slackReached: () => bolt.connected(),
    messageUrl: (place) => messageUrl(bolt.identity.workspaceUrl, place),
  };
}

interface HooksInput extends Configured {
  readonly logger: Logger;
  readonly clock: Clock;
}

/** One deploy hook for each that policy names, by its name. Calls none of them. */
export async function connectDeployHooks(input: HooksInput): Promise<Deps['deployHooks']> {
  const { config, secrets, logger, clock } = input;
  const hooks = config.policy.deployHooks.map(async ({ name, kind, settings }) => {
    const definition = deployHooks.find(({ id }) => id === kind);
    const credentials = secrets.deployHooks?.get(name);
    if (definition === undefined || credentials === undefined) return [];
    const options = { name, settings, credentials, clock, logger: logger.child({ hook: name }) };
    return [[name, await connectHook(definition, options)] as const];
  });
  return new Map((await Promise.all(hooks)).flat());
}

interface ConnectInput extends Configured {
  readonly logger: Logger;
  /** Counts what fails; left out where nobody looks at counts. */
  readonly meter?: Pick<Meter, 'providerFailed'>;
  readonly definitions: readonly ProviderDefinition[];
}

/** One provider per configured connection, by connection id. */
export function connectProviders({
  config,
  secrets,
  logger,
  meter,
  definitions,
}: ConnectInput): ReadonlyMap<string, Provider> {
  return new Map(
    config.connections.flatMap(({ connectionId, providerId, address }) => {
      const definition = definitions.find(({ id }) => id === providerId);
      const keys = secrets.connections.get(connectionId);
      if (definition === undefined || keys === undefined) return [];
      const provider = definition.connect({
        connectionId,
        readKey: keys.readKey,
        writeKey: keys.writeKey,
        baseUrl: address.url,
        logger: logger.child({ connection: connectionId }),
      });
      return [[connectionId, meter === undefined ? provider : countFailures(provider, meter)] as const];
    }),
  );
}

interface StoresInput {
  readonly policy: Pick<Policy, 'secretStores' | 'secrets'>;
  readonly credentials: Secrets['stores'];
  readonly databasePath: string;
  readonly logger: Logger;
}

/** The stores that are configured or that a rule names, by name. Nothing is asked of any of them yet. */
export async function connectSecretStores({
  policy,
  credentials,
  databasePath,
  logger,
}: StoresInput): Promise<ReadonlyMap<string, SecretStore>> {
  const isUsed = (name: string) => name !== LOCAL_STORE.name || policy.secrets.some(({ store }) => store === name);
  const connected = await Promise.all(
    policy.secretStores
      .filter(({ name }) => isUsed(name))
      .map(async ({ name, kind, settings }) => {
        const definition = secretStores.find(({ id }) => id === kind);
        if (definition === undefined) return [];
        const store = await definition.connect({
          name,
          settings,
          credentials: credentials?.get(name) ?? new Map(),
          dataFolder: dirname(databasePath),
          logger: logger.child({ store: name }),
        });
        return [[name, store] as const];
      }),
  );
  return new Map(connected.flat());
}
