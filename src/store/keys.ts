import type { Kysely } from 'kysely';
import type {
  CapSource,
  Environment,
  Key,
  KeyOwner,
  KeyStatus,
  Lineage,
  OwnerSource,
  OwnerStanding,
  OwnRatio,
} from '../domain/key.ts';
import type { KeyIdentity, KeyRepo, LineageRepo } from '../ports/store.ts';
import { lineageCaps } from './lineage-caps.ts';
import type { RepoContext } from './repo-context.ts';
import type { Database, NewRow, Row } from './schema.ts';

type Context = Pick<RepoContext, 'db' | 'touched'>;

export function lineageRepo({ db, touched }: Context): LineageRepo {
  return {
    async slugs() {
      return (await db.selectFrom('lineages').select('slug').execute()).map(({ slug }) => slug);
    },
    async insert(lineage) {
      touched.lineages.add(lineage.id);
      await db.insertInto('lineages').values(fromLineage(lineage)).execute();
    },
    async update(lineage) {
      touched.lineages.add(lineage.id);
      await db.updateTable('lineages').set(fromLineage(lineage)).where('id', '=', lineage.id).execute();
    },
    async get(id) {
      const row = await db.selectFrom('lineages').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toLineage(row);
    },
    async all() {
      return (await db.selectFrom('lineages').selectAll().orderBy('slug').execute()).map(toLineage);
    },
    async bounded() {
      const rows = await db
        .selectFrom('lineages')
        .selectAll()
        .where((eb) => eb.or([eb('allowed_models', 'is not', null), eb('retention', 'is not', null)]))
        .execute();
      return rows.map(toLineage);
    },
    caps: () => lineageCaps(db, 'said'),
    undecidedCaps: () => lineageCaps(db, 'unsaid'),
  };
}

export function fromLineage(lineage: Lineage): NewRow<'lineages'> {
  return {
    id: lineage.id,
    slug: lineage.slug,
    environment: lineage.environment,
    owner_slack_id: lineage.ownerSlackId,
    owner_standing: lineage.ownerStanding,
    workload: lineage.workload,
    consumers: JSON.stringify(lineage.consumers),
    cap_micro_usd: lineage.capMicroUsd,
    cap_source: lineage.capSource,
    created_at: lineage.createdAt,
    revision: lineage.revision,
    owner_source: lineage.ownerSource,
    allowed_models: lineage.allowedModels && JSON.stringify(lineage.allowedModels),
    retention: lineage.retention,
    own_ratio: lineage.ownRatio?.ratio ?? null,
    own_ratio_by: lineage.ownRatio?.by ?? null,
    own_ratio_at: lineage.ownRatio?.at ?? null,
  };
}

function toLineage(row: Row<'lineages'>): Lineage {
  return {
    id: row.id,
    slug: row.slug,
    environment: row.environment as Environment,
    ownerSlackId: row.owner_slack_id,
    ownerStanding: row.owner_standing as OwnerStanding,
    workload: row.workload,
    consumers: JSON.parse(row.consumers) as string[],
    capMicroUsd: row.cap_micro_usd,
    capSource: row.cap_source as CapSource | null,
    createdAt: row.created_at,
    revision: row.revision,
    ownerSource: row.owner_source as OwnerSource,
    allowedModels: row.allowed_models === null ? null : (JSON.parse(row.allowed_models) as string[]),
    retention: row.retention,
    ownRatio: ownRatioOf(row),
  };
}

function ownRatioOf({ own_ratio: ratio, own_ratio_by: by, own_ratio_at: at }: Row<'lineages'>): OwnRatio | null {
  return ratio === null || by === null || at === null ? null : { ratio, by, at };
}

/** Some, or all where null. */
export async function keysById(db: Kysely<Database>, ids: readonly string[] | null): Promise<readonly Key[]> {
  const rows = await db
    .selectFrom('keys')
    .selectAll()
    .$if(ids !== null, (query) => query.where('id', 'in', ids ?? []))
    .orderBy('id')
    .execute();
  return rows.map(toKey);
}

export async function lineagesById(db: Kysely<Database>, ids: readonly string[]): Promise<readonly Lineage[]> {
  return (await db.selectFrom('lineages').selectAll().where('id', 'in', ids).execute()).map(toLineage);
}

function searches(db: Kysely<Database>): Pick<KeyRepo, 'labelled' | 'newIn'> {
  return {
    async labelled(labels) {
      const rows = await db.selectFrom('keys').selectAll().where('label', 'in', labels).orderBy('id').execute();
      return rows.map(toKey);
    },
    async newIn({ providerId, scopeId, since }) {
      const rows = await db
        .selectFrom('keys')
        .selectAll()
        .where('provider_id', '=', providerId)
        .where('provider_scope_id', scopeId === null ? 'is' : '=', scopeId)
        .where((eb) => eb(eb.fn.coalesce('created_at', 'first_seen_at'), '>=', since))
        .where(({ not, exists, selectFrom }) => {
          const others = selectFrom('keys as other').select('other.id').whereRef('other.id', '<>', 'keys.id');
          return not(exists(others.whereRef('other.lineage_id', '=', 'keys.lineage_id')));
        })
        .orderBy('id')
        .execute();
      return rows.map(toKey);
    },
  };
}

export function keyRepo({ db, touched, wake }: Context & Pick<RepoContext, 'wake'>): KeyRepo {
  return {
    ...searches(db),
    async insert(key) {
      touched.keys.add(key.id);
      await db.insertInto('keys').values(fromKey(key)).execute();
    },
    async update(key) {
      touched.keys.add(key.id);
      await db.updateTable('keys').set(fromKey(key)).where('id', '=', key.id).execute();
      // A rotation waits for its old key to stop.
      wake('timers');
    },
    async get(id) {
      const row = await db.selectFrom('keys').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toKey(row);
    },
    identities: () => identities(db),
    async ofProvider(providerId, providerKeyId) {
      const row = await db
        .selectFrom('keys')
        .selectAll()
        .where('provider_id', '=', providerId)
        .where('provider_key_id', '=', providerKeyId)
        .executeTakeFirst();
      return row && toKey(row);
    },
    some: (ids) => keysById(db, ids),
    all: () => keysById(db, null),
    async ofLineage(lineageId) {
      const rows = await db.selectFrom('keys').selectAll().where('lineage_id', '=', lineageId).orderBy('id').execute();
      return rows.map(toKey);
    },
    async ofScope(providerId, scopeId) {
      const rows = await db
        .selectFrom('keys')
        .selectAll()
        .where('provider_id', '=', providerId)
        .where('provider_scope_id', scopeId === null ? 'is' : '=', scopeId)
        .orderBy('id')
        .execute();
      return rows.map(toKey);
    },
    async touchLastUsed(keyId, lastUsedAt) {
      touched.keys.add(keyId);
      await db
        .updateTable('keys')
        .set({ last_used_at: lastUsedAt })
        .where('id', '=', keyId)
        .where((where) => where.or([where('last_used_at', 'is', null), where('last_used_at', '<', lastUsedAt)]))
        .execute();
    },
  };
}

async function identities(db: Kysely<Database>): Promise<readonly KeyIdentity[]> {
  const rows = await db
    .selectFrom('keys')
    .select(['id', 'lineage_id', 'connection_id', 'provider_id', 'provider_key_id'])
    .select(['provider_scope_id', 'status', 'last_used_at', 'first_seen_at', 'stopped_at', 'announced'])
    .execute();
  return rows.map((row) => ({
    id: row.id,
    lineageId: row.lineage_id,
    connectionId: row.connection_id,
    providerId: row.provider_id,
    providerKeyId: row.provider_key_id,
    scopeId: row.provider_scope_id,
    status: row.status as KeyStatus,
    lastUsedAt: row.last_used_at,
    firstSeenAt: row.first_seen_at,
    stoppedAt: row.stopped_at,
    announced: row.announced === 1,
  }));
}

export function fromKey(key: Key): NewRow<'keys'> {
  return {
    id: key.id,
    lineage_id: key.lineageId,
    connection_id: key.connectionId,
    provider_id: key.providerId,
    provider_key_id: key.providerKeyId,
    provider_scope_id: key.scopeId,
    kind: key.kind,
    label: key.label,
    hint: key.hint,
    status: key.status,
    generation: key.generation,
    created_at: key.createdAt,
    last_used_at: key.lastUsedAt,
    expires_at: key.expiresAt,
    owner: key.owner === null ? null : JSON.stringify(key.owner),
    first_seen_at: key.firstSeenAt,
    last_seen_at: key.lastSeenAt,
    gone_at: key.goneAt,
    stopped_at: key.stoppedAt,
    announced: key.announced ? 1 : 0,
  };
}

function toKey(row: Row<'keys'>): Key {
  return {
    id: row.id,
    lineageId: row.lineage_id,
    connectionId: row.connection_id,
    providerId: row.provider_id,
    providerKeyId: row.provider_key_id,
    scopeId: row.provider_scope_id,
    kind: row.kind as Key['kind'],
    label: row.label,
    hint: row.hint,
    status: row.status as KeyStatus,
    generation: row.generation,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    owner: row.owner === null ? null : (JSON.parse(row.owner) as KeyOwner),
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
    goneAt: row.gone_at,
    stoppedAt: row.stopped_at,
    announced: row.announced === 1,
  };
}
