import { DAY_MS, HOUR_MS } from '../../domain/time.ts';
import type { ConnectOptions, Provider, ProviderDefinition } from '../../ports/provider.ts';
import { DEFAULT_TRANSPORT, type Link, type Transport } from '../lib/call.ts';
import { connectionOf } from '../lib/connection.ts';
import { USAGE_WIDTHS_MS } from '../lib/usage-rows.ts';
import { deleteOpenaiKey, deleteServiceAccount, openaiConsoleSteps, readOpenaiKeyStatus } from './acts.ts';
import { createOpenaiClient } from './client.ts';
import { OPENAI_COST_HISTORY_MS, readOpenaiCosts } from './costs.ts';
import { createServiceAccountKey, OPENAI_KEYLESS } from './create-key.ts';
import { OPENAI_EVENTS_SETUP, readOpenaiEvents } from './events.ts';
import { listAllKeys, listProjects } from './inventory.ts';
import { readOpenaiLimits, setOpenaiModels, setOpenaiRateLimit, setOpenaiSpendLimit } from './limits.ts';
import { listProjectMembers } from './members.ts';
import { OPENAI_LIMITS_PAGE, readOpenaiSpendAlerts } from './spend-alerts.ts';
import { openaiUsage } from './usage.ts';

// Undocumented; as far back as it states costs. What it refuses is given up, which costs nothing.
const USAGE_HISTORY_MS = 180 * DAY_MS;

export const openai: ProviderDefinition = {
  id: 'openai',
  title: 'OpenAI',
  envPrefix: 'OPENAI',
  defaultBaseUrl: 'https://api.openai.com/v1',
  adminKeyForm: { prefix: 'sk-admin-', where: 'platform.openai.com, Settings, Organization, Admin keys' },
  connect: (options) => connectOpenai(options),
};

/** One OpenAI organization, reached with one admin key for reading and, if given, one for deleting keys. */
export function connectOpenai(options: ConnectOptions, transport: Transport = DEFAULT_TRANSPORT): Provider {
  const { baseUrl, link } = connectionOf(openai, options);
  const client = createOpenaiClient({ baseUrl, key: options.readKey, link, transport });
  const reader = { client, link };
  return {
    id: openai.id,
    title: openai.title,
    connectionId: options.connectionId,
    capabilities: {
      disable: 'irreversible',
      create: 'service_account',
      capScope: 'project',
      lastUsed: 'listed',
      usagePerKey: true,
      costPerKey: true,
      spendAlerts: 'listed',
      // A batch has a day to be done; a client secret for realtime sessions lives two hours at most.
      survivesStop: [
        { what: 'batches', longestMs: DAY_MS },
        { what: 'fine_tunes', longestMs: null },
        { what: 'minted_tokens', longestMs: 2 * HOUR_MS },
      ],
    },
    writable: options.writeKey !== undefined,
    usageWidthsMs: USAGE_WIDTHS_MS,
    usageHistoryMs: USAGE_HISTORY_MS,
    listScopes: (signal) => listProjects(reader, signal),
    listKeys: (scopes, signal) => listAllKeys(reader, scopes, signal),
    listMembers: (scope, signal) => listProjectMembers(reader, scope, signal),
    ...openaiUsage(reader),
    costHistoryMs: OPENAI_COST_HISTORY_MS,
    readCosts: (window, signal) => readOpenaiCosts(reader, window, signal),
    readLimits: (scopeId, signal) => readOpenaiLimits(reader, scopeId, signal),
    readSpendAlerts: (scopeId, signal) => readOpenaiSpendAlerts(reader, scopeId, signal),
    spendAlertsUrl: OPENAI_LIMITS_PAGE,
    readEvents: (window, signal) => readOpenaiEvents(reader, window, signal),
    eventsSetup: OPENAI_EVENTS_SETUP,
    readKeyStatus: (ref, signal) => readOpenaiKeyStatus(reader, ref, signal),
    consoleSteps: openaiConsoleSteps,
    keyless: OPENAI_KEYLESS,
    ...actsOf(options, { baseUrl, link, transport, reader }),
  };
}

interface ActParts {
  readonly baseUrl: string;
  readonly link: Link;
  readonly transport: Transport;
  readonly reader: Parameters<typeof listProjects>[0];
}

type Acts = Pick<
  Provider,
  'revokeKey' | 'deleteKeyOwner' | 'createKey' | 'setSpendLimit' | 'setRateLimit' | 'setModelPermissions'
>;

function actsOf({ writeKey }: ConnectOptions, { reader, ...parts }: ActParts): Acts {
  if (writeKey === undefined) return {};
  const { link } = parts;
  const writer = createOpenaiClient({ ...parts, key: writeKey });
  return {
    revokeKey: (ref) => deleteOpenaiKey(writer, reader, ref),
    createKey: (request) => createServiceAccountKey({ writer, link }, request),
    deleteKeyOwner: (ref, ownerId) => deleteServiceAccount({ writer, link }, ref, ownerId),
    setSpendLimit: (scopeId, limit) => setOpenaiSpendLimit({ writer, link }, scopeId, limit),
    setRateLimit: (scopeId, limitId, value) => setOpenaiRateLimit({ writer, link }, scopeId, { limitId, value }),
    setModelPermissions: (scopeId, permissions) => setOpenaiModels({ writer, link }, scopeId, permissions),
  };
}
