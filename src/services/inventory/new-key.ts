import { systemActor } from '../../domain/actor.ts';
import {
  type Key,
  type KeyStatus,
  type Lineage,
  NEW_LINEAGE,
  type ProviderKey,
  type ProviderScope,
  STOPPED_STATUSES,
  slugFor,
} from '../../domain/key.ts';
import { environmentOf, ownerByPolicy } from '../../domain/policy.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { type Announcements, announcementsOf, isAnnounced } from './announced.ts';

export interface NewKeyContext {
  readonly deps: Pick<Deps, 'clock' | 'ids' | 'policy'>;
  readonly provider: Provider;
  readonly tx: Repos;
  readonly scopeNames: ReadonlyMap<string, string>;
  /** Grows with each insert. */
  readonly slugs: Set<string>;
  /** Each is used up by the key that it announced. */
  readonly announcements: Announcements;
}

export async function newKeyContext(
  context: Pick<NewKeyContext, 'deps' | 'provider' | 'tx'>,
  scopes: readonly ProviderScope[],
): Promise<NewKeyContext> {
  return {
    ...context,
    scopeNames: new Map(scopes.map((scope) => [scope.id, scope.name])),
    slugs: new Set(await context.tx.lineages.slugs()),
    announcements: await announcementsOf(context.tx, context.provider),
  };
}

export type NewKey = Omit<ProviderKey, 'status'> & { readonly status: KeyStatus };

/** A key that was never seen begins a lineage of its own. `source` says in the audit log where it was met. */
export async function insertNewKey(
  context: NewKeyContext,
  key: NewKey,
  source: 'listed' | 'usage' | 'made',
): Promise<void> {
  const { deps, provider, tx } = context;
  const now = deps.clock.now();
  const lineage = lineageFor(context, key, now);
  await tx.lineages.insert(lineage);
  const inserted: Key = {
    id: deps.ids.next('key'),
    lineageId: lineage.id,
    connectionId: provider.connectionId,
    providerId: provider.id,
    providerKeyId: key.id,
    scopeId: key.scopeId,
    label: key.label,
    hint: key.hint,
    status: key.status,
    generation: 1,
    createdAt: key.createdAt,
    lastUsedAt: key.lastUsedAt,
    expiresAt: key.expiresAt,
    owner: key.owner,
    kind: key.kind,
    firstSeenAt: now,
    lastSeenAt: now,
    goneAt: key.status === 'gone' ? now : null,
    // What was gone before it was seen was not seen to stop.
    stoppedAt: key.status !== 'gone' && STOPPED_STATUSES.has(key.status) ? now : null,
    announced: key.status === 'gone' || isAnnounced(context.announcements, key),
  };
  await tx.keys.insert(inserted);
  await tx.audit.append({
    at: now,
    actor: systemActor('sync-inventory'),
    verb: 'key.appeared',
    subject: inserted.id,
    detail: { slug: lineage.slug, environment: lineage.environment, status: key.status, source },
  });
}

function lineageFor(context: NewKeyContext, key: NewKey, now: number): Lineage {
  const { deps, scopeNames, slugs } = context;
  const slug = slugFor(key.label, (candidate) => slugs.has(candidate));
  slugs.add(slug);
  const scopeName = key.scopeId === null ? null : (scopeNames.get(key.scopeId) ?? null);
  const place = { label: key.label, slug, scopeName };
  return {
    ...NEW_LINEAGE,
    id: deps.ids.next('lin'),
    slug,
    environment: environmentOf(place, deps.policy),
    ownerSlackId: ownerByPolicy(place, deps.policy),
    createdAt: now,
  };
}
