import type { Key } from '../../domain/key.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Deps } from '../deps.ts';
import { adminsToTell } from '../notices/admins-to-tell.ts';

/** An admin key that stops working soon. */
export interface ExpiringKey {
  /** `key:…` of the inventory, or `connection:…` where policy says the day. */
  readonly id: string;
  /** Null where policy says the day. */
  readonly key: Pick<Key, 'label' | 'hint'> | null;
  readonly connectionId: string;
  readonly title: string;
  readonly expiresAt: number;
}

/** The outbox's name of the warning to one admin. */
export const ADMIN_KEY_EXPIRY = 'admin_key_expiry';

/** So long before an admin key's end admins are told, the nearest step that has come once each. */
const WARN_AT_MS = [3 * DAY_MS, 14 * DAY_MS];
const SOON_MS = 14 * DAY_MS;

type ExpiryDeps = Pick<Deps, 'store' | 'clock' | 'providers' | 'policy'>;

/** Admin keys of which an end within two weeks is known; one that is over stays until it is replaced. */
export async function expiringAdminKeys({
  store,
  clock,
  providers,
  policy,
}: ExpiryDeps): Promise<readonly ExpiringKey[]> {
  const found: ExpiringKey[] = [];
  for (const { id, kind, status, connectionId, label, hint, expiresAt } of await store.read.keys.all()) {
    const isWorking = kind === 'admin' && status === 'active' && providers.has(connectionId);
    if (!isWorking || expiresAt === null) continue;
    const title = providers.get(connectionId)?.title ?? connectionId;
    found.push({ id: `key:${id}`, key: { label, hint }, connectionId, title, expiresAt });
  }
  for (const [connectionId, expiresAt] of policy.adminKeyExpiries) {
    const title = providers.get(connectionId)?.title;
    if (title === undefined) continue;
    found.push({ id: `connection:${connectionId}`, key: null, connectionId, title, expiresAt });
  }
  const now = clock.now();
  return found.filter(({ expiresAt }) => expiresAt - now <= SOON_MS).sort((a, b) => a.expiresAt - b.expiresAt);
}

type WarnDeps = ExpiryDeps & Pick<Deps, 'ids' | 'directory' | 'logger'>;

/** Tells every admin by direct message, 14 and 3 days before; whatever starts again, once each. */
export async function warnOfExpiry(deps: WarnDeps): Promise<void> {
  const now = deps.clock.now();
  const due = (await expiringAdminKeys(deps)).filter(({ expiresAt }) => expiresAt > now);
  if (due.length === 0) return;
  const stepOf = ({ expiresAt }: ExpiringKey) => WARN_AT_MS.find((step) => expiresAt - now <= step) ?? SOON_MS;
  const dedupeKeyOf = (one: ExpiringKey) => `admin-key-expiry:${one.id}:${one.expiresAt}:${stepOf(one) / DAY_MS}`;
  const told = await deps.store.read.told.among(due.map(dedupeKeyOf));
  const fresh = due.filter((one) => !told.has(dedupeKeyOf(one)));
  if (fresh.length === 0) return;
  const admins = await adminsToTell(deps, null);
  await deps.store.write(async (tx) => {
    const again = await tx.told.among(fresh.map(dedupeKeyOf));
    for (const one of fresh) {
      if (again.has(dedupeKeyOf(one))) continue;
      await tx.told.add(dedupeKeyOf(one), now);
      for (const userId of admins) {
        await tx.outbox.enqueue({
          id: deps.ids.next('out'),
          kind: ADMIN_KEY_EXPIRY,
          subjectId: [userId, stepOf(one) / DAY_MS, one.id].join('/'),
          threadKey: `${ADMIN_KEY_EXPIRY}:${userId}`,
          createdAt: now,
        });
      }
    }
  });
}
