import { isAppError } from '../../domain/errors.ts';
import { DAY_MS, HOUR_MS } from '../../domain/time.ts';
import type { ConnectOptions, KeylessAdvice, Provider, ProviderDefinition } from '../../ports/provider.ts';
import { type ClientOptions, DEFAULT_TRANSPORT, type Transport } from '../lib/call.ts';
import { connectionOf } from '../lib/connection.ts';
import { USAGE_WIDTHS_MS } from '../lib/usage-rows.ts';
import { anthropicConsoleSteps, readAnthropicKeyStatus, renameKey, setKeyStatus } from './acts.ts';
import { createAnthropicClient } from './client.ts';
import { ANTHROPIC_COST_HISTORY_MS, anthropicCosts } from './costs.ts';
import { ANTHROPIC_EVENTS_SETUP, readAnthropicEvents } from './events.ts';
import { type AnthropicReader, listAnthropicKeys, listWorkspaces, type Workspaces } from './inventory.ts';
import { readAnthropicLimits, setAnthropicRateLimit, setAnthropicSpendLimit } from './limits.ts';
import { listWorkspaceMembers, memberDirectory } from './members.ts';
import { anthropicUsage } from './usage.ts';

const ANTHROPIC_KEYLESS: KeylessAdvice = {
  title: 'workload identity federation',
  url: 'https://platform.claude.com/docs',
  why: 'A workload that can prove who it is gets tokens that live for minutes, so that there is no key to leak or rotate.',
};

const LIMITS_PAGE = 'https://platform.claude.com/settings/limits';
const USAGE_HISTORY_MS = 365 * DAY_MS;

export const anthropic: ProviderDefinition = {
  id: 'anthropic',
  title: 'Anthropic',
  envPrefix: 'ANTHROPIC',
  defaultBaseUrl: 'https://api.anthropic.com',
  adminKeyForm: {
    prefix: 'sk-ant-admin',
    shown: 'sk-ant-admin01-',
    where: 'platform.claude.com, Settings, Admin keys',
  },
  connect: (options) => connectAnthropic(options),
};

/** One Anthropic organization, reached with one admin key for reading and, if given, one for changing keys. */
export function connectAnthropic(options: ConnectOptions, transport: Transport = DEFAULT_TRANSPORT): Provider {
  const { baseUrl, link } = connectionOf(anthropic, options);
  const client = createAnthropicClient({ baseUrl, key: options.readKey, link, transport });
  const reader = { client, link };
  const directory = workspaceDirectory(reader);
  const members = memberDirectory(client, link);
  return {
    id: anthropic.id,
    title: anthropic.title,
    connectionId: options.connectionId,
    capabilities: {
      disable: 'reversible',
      create: 'none',
      capScope: 'workspace',
      limitDelayMs: { set_rate_limit: HOUR_MS },
      lastUsed: 'usage',
      usagePerKey: true,
      costPerKey: true,
      spendAlerts: 'console',
      // A batch has a day to be done; a federated token lives a day at most, even when its rule is archived.
      survivesStop: [
        { what: 'batches', longestMs: DAY_MS },
        { what: 'schedules', longestMs: null },
        { what: 'minted_tokens', longestMs: DAY_MS },
      ],
    },
    keyless: ANTHROPIC_KEYLESS,
    writable: options.writeKey !== undefined,
    usageWidthsMs: USAGE_WIDTHS_MS,
    usageHistoryMs: USAGE_HISTORY_MS,
    listScopes: async (signal) => (await directory.refresh(signal)).scopes,
    async listKeys(_scopes, signal) {
      const defaultWorkspaceId = await directory.defaultId(signal);
      return listAnthropicKeys(reader, { defaultWorkspaceId, members: await members(signal) }, signal);
    },
    listMembers: async (scope, signal) =>
      listWorkspaceMembers(reader, { scope, members: await members(signal) }, signal),
    ...anthropicUsage(reader, directory.defaultId),
    costHistoryMs: ANTHROPIC_COST_HISTORY_MS,
    readCosts: anthropicCosts(reader, directory.defaultId),
    readLimits: async (scopeId, signal) => {
      const isDefault = scopeId === (await directory.defaultId(signal));
      return readAnthropicLimits(reader, { id: scopeId, isDefault }, signal);
    },
    spendAlertsUrl: LIMITS_PAGE,
    readEvents: (window, signal) => readAnthropicEvents(reader, window, signal),
    eventsSetup: ANTHROPIC_EVENTS_SETUP,
    readKeyStatus: (ref, signal) => readAnthropicKeyStatus(reader, ref, signal),
    consoleSteps: anthropicConsoleSteps,
    ...actsOf(options.writeKey, { baseUrl, link, transport }),
  };
}

interface WorkspaceDirectory {
  refresh(signal?: AbortSignal): Promise<Workspaces>;
  defaultId(signal?: AbortSignal): Promise<string | null>;
}

/** Remembers the default workspace's id, so that its usage gets the same scope as its keys. */
function workspaceDirectory(reader: AnthropicReader): WorkspaceDirectory {
  let known: Workspaces | undefined;
  const refresh = async (signal?: AbortSignal) => {
    known = await listWorkspaces(reader, signal);
    return known;
  };
  return {
    refresh,
    async defaultId(signal) {
      if (known !== undefined) return known.defaultId;
      try {
        return (await refresh(signal)).defaultId;
      } catch (error) {
        if (!isAppError(error, 'provider_denied') && !isAppError(error, 'provider_not_found')) throw error;
        // Without the right to list workspaces usage is still worth reading; the next inventory asks again.
        known = { scopes: [], defaultId: null };
        return null;
      }
    },
  };
}

function actsOf(
  writeKey: ConnectOptions['writeKey'],
  parts: Omit<ClientOptions, 'key'>,
): Pick<Provider, 'suspendKey' | 'restoreKey' | 'revokeKey' | 'renameKey' | 'setSpendLimit' | 'setRateLimit'> {
  if (writeKey === undefined) return {};
  const link = parts.link;
  const writer = createAnthropicClient({ ...parts, key: writeKey });
  return {
    suspendKey: (ref) => setKeyStatus({ writer, link }, ref, 'inactive'),
    restoreKey: (ref) => setKeyStatus({ writer, link }, ref, 'active'),
    revokeKey: (ref) => setKeyStatus({ writer, link }, ref, 'archived'),
    renameKey: (ref, name) => renameKey({ writer, link }, ref, name),
    setSpendLimit: (scopeId, limit) => setAnthropicSpendLimit({ writer, link }, scopeId, limit),
    setRateLimit: (scopeId, limitId, value) => setAnthropicRateLimit({ writer, link }, scopeId, { limitId, value }),
  };
}
