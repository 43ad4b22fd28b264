import type { KnownLimits, ScopeLimits } from '../../domain/limits.ts';
import { HOUR_MS } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import { announceAlert } from '../alerts/announce.ts';
import type { Deps } from '../deps.ts';

/** How often the limits of a scope are read. */
export const READ_EVERY_MS = 6 * HOUR_MS;

export interface ScopeRef {
  readonly connectionId: string;
  readonly scopeId: string;
}

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

/** Keeps limits as the provider has just shown them. Open alerts of the scope are told when something changed. */
export async function recordLimits(context: Context, ref: ScopeRef, read: ScopeLimits): Promise<KnownLimits> {
  const { deps, tx } = context;
  const now = deps.clock.now();
  const before = await tx.scopeLimits.get(ref.connectionId, ref.scopeId);
  const limits = inOrder(read);
  const changed = JSON.stringify(limits) !== JSON.stringify(before?.limits ?? null);
  const known: KnownLimits = {
    ...ref,
    limits,
    revision: (before?.revision ?? 0) + (changed ? 1 : 0),
    readAt: now,
    notBeforeAt: now + READ_EVERY_MS,
    capRefusedAt: before?.capRefusedAt ?? null,
    problem: null,
  };
  await tx.scopeLimits.put(known);
  if (changed) await announceScope(context, ref);
  return known;
}

/** What could not be read stays as it was known, with why and until when it is not asked for again. */
export async function recordTrouble(
  tx: Repos,
  ref: ScopeRef,
  trouble: Pick<KnownLimits, 'notBeforeAt'> & Partial<Pick<KnownLimits, 'problem' | 'capRefusedAt'>>,
): Promise<void> {
  const before = await tx.scopeLimits.get(ref.connectionId, ref.scopeId);
  const unread = { limits: null, revision: 0, readAt: null, capRefusedAt: null, problem: null };
  await tx.scopeLimits.put({ ...unread, ...before, ...ref, ...trouble });
}

/** The same answer in another order is no change. */
function inOrder({ spendLimit, rateLimits, models }: ScopeLimits): ScopeLimits {
  const { availability, monthlyMicroUsd, enforcing } = spendLimit;
  return {
    spendLimit: { availability, monthlyMicroUsd, enforcing },
    rateLimits: rateLimits
      .map(({ id, model, kind, value, models, sharedValue }) => ({
        id,
        model,
        kind,
        value,
        ...(models === undefined ? {} : { models }),
        ...(sharedValue === undefined ? {} : { sharedValue }),
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    models: { availability: models.availability, mode: models.mode, models: [...models.models].sort() },
  };
}

async function announceScope(context: Context, { connectionId, scopeId }: ScopeRef): Promise<void> {
  const { tx } = context;
  for (const alert of await tx.alerts.unresolved()) {
    const key = alert.keyId === null ? undefined : await tx.keys.get(alert.keyId);
    if (key?.connectionId === connectionId && key.scopeId === scopeId) await announceAlert(context, alert);
  }
}
