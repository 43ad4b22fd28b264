import { groupBy } from '../../domain/collections.ts';
import { type Key, STOPPED_STATUSES } from '../../domain/key.ts';
import { type SecondAlarm, type SeenAlerts, type SpendingScope, seenAlerts } from '../../domain/spend-alert.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Scope } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { titleOf } from './read-data.ts';

type AlarmDeps = Pick<Deps, 'store' | 'clock' | 'providers'>;

interface Asked {
  readonly keys: readonly Key[];
  /** What a key spent lately. */
  readonly spentOf: (keyId: string) => number;
}

// It is read four times a day: what is older than two days could not be read for long.
const FRESH_MS = 2 * DAY_MS;

/** Whether the providers would raise the alarm by themselves, connection by connection. */
export async function readSecondAlarms(deps: AlarmDeps, asked: Asked): Promise<readonly SecondAlarm[]> {
  const scopes = groupBy(await deps.store.read.scopes.all(), ({ connectionId }) => connectionId);
  const keys = groupBy(asked.keys, ({ connectionId }) => connectionId);
  const alarms: SecondAlarm[] = [];
  for (const { connectionId, spendAlertsUrl: url, capabilities } of deps.providers.values()) {
    const own = { ...asked, keys: keys.get(connectionId) ?? [], scopes: scopes.get(connectionId) ?? [] };
    const seen = capabilities.spendAlerts === 'listed' ? await readSeen(deps, connectionId, own) : null;
    // Where no key can spend there is nothing to be alarmed about, and nothing is read.
    if (seen?.scopes === 0) continue;
    alarms.push({ title: titleOf(deps, connectionId), url, seen });
  }
  return alarms;
}

async function readSeen(
  { store, clock }: AlarmDeps,
  connectionId: string,
  { keys, scopes, spentOf }: Asked & { readonly scopes: readonly Scope[] },
): Promise<SeenAlerts> {
  const working = keys.filter(({ scopeId, status }) => scopeId !== null && !STOPPED_STATUSES.has(status));
  const names = new Map(scopes.map(({ id, name }) => [id, name]));
  const spending = [...groupBy(working, ({ scopeId }) => scopeId ?? '')].map(
    ([id, own]): SpendingScope => ({
      id,
      name: names.get(id) ?? id,
      spentMicroUsd: own.reduce((sum, key) => sum + spentOf(key.id), 0),
    }),
  );
  return seenAlerts({
    alerts: await store.read.spendAlerts.ofConnection(connectionId),
    scopes: spending,
    kind: scopes[0]?.kind ?? 'project',
    freshFrom: clock.now() - FRESH_MS,
  });
}
