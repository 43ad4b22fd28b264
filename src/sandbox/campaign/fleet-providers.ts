import { AppError } from '../../domain/errors.ts';
import type { KeyStatus, ProviderKey } from '../../domain/key.ts';
import { Secret } from '../../domain/secret.ts';
import { type ProviderUsage, USUAL_VARIANT } from '../../domain/usage.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KeyRef, Provider, ProviderDefinition, UsageWindow } from '../../ports/provider.ts';
import { providers } from '../../providers/index.ts';
import { MINUTE_MS, type ProviderId } from '../world/index.ts';
import { SCOPE_OF } from './fleet.ts';
import type { FleetWorld, WorldKey } from './fleet-world.ts';

interface Books {
  readonly world: FleetWorld;
  readonly clock: Clock;
}

const MODELS: Readonly<Record<ProviderId, string>> = { openai: 'gpt-4o-mini', anthropic: 'claude-haiku-4-5' };
const LAG_MS = 5 * MINUTE_MS;
const TOKENS = { uncachedInput: 600, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 150 };

/**
 * Both providers without their networks: what they can do is what their adapters say, and the keys are the world's. A
 * quarter of hourly polls through HTTP and the SDKs would take longer than all the rest.
 */
export function fleetProviders(books: Books): readonly ProviderDefinition[] {
  return (['openai', 'anthropic'] as const).flatMap((id) => {
    const real = providers.find((definition) => definition.id === id);
    return real === undefined ? [] : [{ ...real, connect: (options) => connect(real.connect(options), id, books) }];
  });
}

/** Costs, limits and events are left out: no campaign looks at them. */
function connect(real: Provider, id: ProviderId, books: Books): Provider {
  const { title, connectionId, capabilities, usageWidthsMs, keyless, spendAlertsUrl } = real;
  return {
    id,
    title,
    connectionId,
    capabilities,
    usageWidthsMs,
    spendAlertsUrl,
    ...(keyless === undefined ? {} : { keyless }),
    consoleSteps: (act, ref) => real.consoleSteps(act, ref),
    writable: true,
    listScopes: async () => [{ id: SCOPE_OF[id], kind: 'project', name: 'Production', archived: false }],
    listKeys: async () => books.world.keysOf(id).flatMap((key) => listed(books, key) ?? []),
    readUsage: async (window) => usage(books, id, window),
    readKeyStatus: async ({ providerKeyId }) => statusOf(books, providerKeyId),
    ...actsOf(id, books),
  };
}

type Acts = Pick<Provider, 'createKey' | 'suspendKey' | 'restoreKey' | 'revokeKey'>;

function actsOf(id: ProviderId, { world }: Books): Acts {
  const become = (state: Parameters<FleetWorld['setState']>[1]) => async (ref: KeyRef) =>
    world.setState(ref.providerKeyId, state);
  if (id === 'anthropic') {
    return { suspendKey: become('inactive'), restoreKey: become('active'), revokeKey: become('archived') };
  }
  return {
    revokeKey: become('deleted'),
    async createKey({ name, beside, ownerId }) {
      const old = world.key(beside.providerKeyId);
      if (old === undefined) throw noKey(beside.providerKeyId);
      const holder = { kind: 'service_account', id: ownerId, email: null } as const;
      const { id: providerKeyId, createdAt } = world.createKey({ ...old, name, holder });
      return { providerKeyId, value: new Secret(`sk-svcacct-sandbox-${providerKeyId}`), hint: null, createdAt };
    },
  };
}

function listed({ world }: Books, key: WorldKey): ProviderKey | null {
  const status = world.stateOf(key.id);
  if (status === 'deleted') return null;
  const { id, scopeId, name: label, createdAt, holder } = key;
  return {
    id,
    scopeId,
    label,
    hint: null,
    status,
    createdAt,
    lastUsedAt: world.lastCallAt(id),
    expiresAt: null,
    owner: { kind: holder.kind, id: holder.id, name: null, email: holder.email, hasAccess: true },
    kind: 'inference',
  };
}

function statusOf({ world }: Books, keyId: string): KeyStatus {
  const status = world.key(keyId) === undefined ? 'deleted' : world.stateOf(keyId);
  return status === 'deleted' ? 'gone' : status;
}

/** Published some minutes late, as the real ones do. */
function usage({ world, clock }: Books, id: ProviderId, { from, to, widthMs }: UsageWindow): readonly ProviderUsage[] {
  const until = Math.min(to, clock.now() - LAG_MS);
  return world.keysOf(id).flatMap((key) => {
    const sums = new Map<number, number>();
    for (const { at, requests } of world.calls(key.id, { from, to: until })) {
      const startAt = Math.floor(at / widthMs) * widthMs;
      sums.set(startAt, (sums.get(startAt) ?? 0) + requests);
    }
    return [...sums].map(([startAt, requests]) => rowOf(key, { startAt, widthMs, requests }));
  });
}

function rowOf(
  { id, scopeId, provider }: WorldKey,
  { startAt, widthMs, requests }: Pick<ProviderUsage, 'startAt' | 'widthMs'> & { readonly requests: number },
): ProviderUsage {
  const tokens = { ...TOKENS, uncachedInput: TOKENS.uncachedInput * requests, output: TOKENS.output * requests };
  const what = { model: MODELS[provider], endpoint: 'completions', variant: USUAL_VARIANT };
  return { providerKeyId: id, scopeId, ...what, startAt, widthMs, tokens, requests };
}

function noKey(keyId: string): AppError {
  const publicMessage = 'There is no such key any more.';
  return new AppError({ code: 'provider_not_found', message: `no key ${keyId}`, publicMessage });
}
