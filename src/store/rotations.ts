import type { Kysely } from 'kysely';
import { groupBy, inSlices } from '../domain/collections.ts';
import type { Key, Lineage } from '../domain/key.ts';
import {
  ROTATION_STEPS,
  type Rotation,
  type RotationKind,
  type RotationStep,
  type StepName,
  type StepState,
} from '../domain/rotation.ts';
import { parseEvidence } from '../domain/rotation-evidence.ts';
import type { RotationState } from '../domain/rotation-standing.ts';
import type { OpenRotation, RotationRepo } from '../ports/rotation.ts';
import { keysById, lineagesById } from './keys.ts';
import type { RepoContext } from './repo-context.ts';
import type { Database, Row } from './schema.ts';

const AT_ONCE = 500;

type Context = Pick<RepoContext, 'db' | 'wake' | 'afterCommit' | 'rotations'>;

export function rotationRepo(context: Context): RotationRepo {
  const { db, wake, afterCommit, rotations } = context;
  const withSteps = async (row: Row<'rotations'> | undefined) => row && toRotation(row, await stepsOf(db, row.id));
  const ofLineage = (lineageId: string) =>
    db.selectFrom('rotations').selectAll().where('lineage_id', '=', lineageId).orderBy('started_at', 'desc').limit(1);
  const changed = (rotation: Rotation): void => {
    // As it will be read.
    const stored = toRotation(fromRotation(rotation), fromSteps(rotation));
    afterCommit(() => rotations.note(stored));
    wake('timers');
  };
  return {
    ...checks(db),
    ...lists(context),
    async insert(rotation) {
      await db.insertInto('rotations').values(fromRotation(rotation)).execute();
      await db.insertInto('rotation_steps').values(fromSteps(rotation)).execute();
      changed(rotation);
    },
    async update(rotation) {
      await db.updateTable('rotations').set(fromRotation(rotation)).where('id', '=', rotation.id).execute();
      for (const { rotation_id, name, ...values } of fromSteps(rotation)) {
        await db
          .updateTable('rotation_steps')
          .set(values)
          .where('rotation_id', '=', rotation_id)
          .where('name', '=', name)
          .execute();
      }
      changed(rotation);
    },
    async get(id) {
      return withSteps(await db.selectFrom('rotations').selectAll().where('id', '=', id).executeTakeFirst());
    },
    some: (ids) => rotationsById(db, ids),
    async openOfLineage(lineageId) {
      return withSteps(await ofLineage(lineageId).where('state', '=', 'open').executeTakeFirst());
    },
    async idsOfLineage(lineageId) {
      const rows = await db.selectFrom('rotations').select('id').where('lineage_id', '=', lineageId).execute();
      return rows.map(({ id }) => id);
    },
    async latestOfLineage(lineageId) {
      return withSteps(await ofLineage(lineageId).orderBy('id', 'desc').executeTakeFirst());
    },
  };
}

type ListMethod = 'allOpen' | 'openWithKeys' | 'openOfOldKey' | 'latestOfKind' | 'closedSince';

function lists({ db }: Context): Pick<RotationRepo, ListMethod> {
  return {
    async latestOfKind(kind, limit) {
      const query = db.selectFrom('rotations').selectAll().where('kind', '=', kind);
      const rows = await query.orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
      return Promise.all(rows.map(async (row) => toRotation(row, await stepsOf(db, row.id))));
    },
    async closedSince(at) {
      const query = db.selectFrom('rotations').select('id').where('closed_at', '>=', at).where('state', '<>', 'open');
      const ids = (await query.execute()).map(({ id }) => id);
      return rotationsById(db, ids);
    },
    allOpen: () => allOpen(db),
    openWithKeys: async () => withOldKeys(db, await allOpen(db)),
    async openOfOldKey(keyId) {
      const query = db.selectFrom('rotations').selectAll().where('old_key_id', '=', keyId).where('state', '=', 'open');
      const row = await query.orderBy('id').limit(1).executeTakeFirst();
      return row && toRotation(row, await stepsOf(db, row.id));
    },
  };
}

async function allOpen(db: Kysely<Database>): Promise<readonly Rotation[]> {
  const rows = await db.selectFrom('rotations').selectAll().where('state', '=', 'open').orderBy('id').execute();
  if (rows.length === 0) return [];
  const open = db.selectFrom('rotations').select('id').where('state', '=', 'open');
  const steps = await db.selectFrom('rotation_steps').selectAll().where('rotation_id', 'in', open).execute();
  const byRotation = groupBy(steps, (step) => step.rotation_id);
  // One that was closed between the two reads is none of them.
  return rows.flatMap((row) => {
    const own = byRotation.get(row.id);
    return own === undefined ? [] : [toRotation(row, own)];
  });
}

async function withOldKeys(db: Kysely<Database>, open: readonly Rotation[]): Promise<readonly OpenRotation[]> {
  const keys = new Map<string, Key>();
  const lineages = new Map<string, Lineage>();
  for (const slice of inSlices(open, AT_ONCE)) {
    const keyIds = slice.map(({ oldKeyId }) => oldKeyId);
    const lineageIds = slice.map(({ lineageId }) => lineageId);
    for (const key of await keysById(db, keyIds)) keys.set(key.id, key);
    for (const lineage of await lineagesById(db, lineageIds)) lineages.set(lineage.id, lineage);
  }
  return open.flatMap((rotation) => {
    const oldKey = keys.get(rotation.oldKeyId);
    const lineage = lineages.get(rotation.lineageId);
    return oldKey === undefined || lineage === undefined ? [] : [{ rotation, oldKey, lineage }];
  });
}

function checks(db: Kysely<Database>): Pick<RotationRepo, 'checksOf' | 'check'> {
  return {
    async checksOf(rotationId) {
      const rows = await db
        .selectFrom('rotation_checks')
        .selectAll()
        .where('rotation_id', '=', rotationId)
        .orderBy('at')
        .execute();
      return rows.map(({ item, done_by: by, at }) => ({ item, by, at }));
    },
    async check(rotationId, { item, by, at }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('rotation_checks')
        .values({ rotation_id: rotationId, item, done_by: by, at })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
  };
}

/** By id. */
async function rotationsById(db: Kysely<Database>, ids: readonly string[]): Promise<readonly Rotation[]> {
  const found: Rotation[] = [];
  for (const slice of inSlices([...ids].sort(), AT_ONCE)) {
    const rows = await db.selectFrom('rotations').selectAll().where('id', 'in', slice).orderBy('id').execute();
    const steps = await db.selectFrom('rotation_steps').selectAll().where('rotation_id', 'in', slice).execute();
    const byRotation = groupBy(steps, (step) => step.rotation_id);
    found.push(...rows.map((row) => toRotation(row, byRotation.get(row.id) ?? [])));
  }
  return found;
}

async function stepsOf(db: Kysely<Database>, rotationId: string): Promise<readonly Row<'rotation_steps'>[]> {
  return db.selectFrom('rotation_steps').selectAll().where('rotation_id', '=', rotationId).execute();
}

function fromRotation(rotation: Rotation): Row<'rotations'> {
  return {
    id: rotation.id,
    lineage_id: rotation.lineageId,
    old_key_id: rotation.oldKeyId,
    new_key_id: rotation.newKeyId,
    former_lineage_id: rotation.formerLineageId,
    alert_id: rotation.alertId,
    state: rotation.state,
    reason: rotation.reason,
    started_by: rotation.startedBy,
    started_at: rotation.startedAt,
    driver: rotation.driver,
    closed_by: rotation.closedBy,
    closed_at: rotation.closedAt,
    close_reason: rotation.closeReason,
    revision: rotation.revision,
    kind: rotation.kind,
    is_public: rotation.isPublic ? 1 : 0,
    is_automatic: rotation.isAutomatic ? 1 : 0,
    campaign_id: rotation.campaignId,
    new_name: rotation.newName,
    due_at: rotation.dueAt,
    paused_at: rotation.paused?.at ?? null,
    paused_by: rotation.paused?.by ?? null,
    pause_reason: rotation.paused?.reason ?? null,
    final_at: rotation.finalAt,
    rollback_at: rotation.rollback?.at ?? null,
    rollback_by: rotation.rollback?.by ?? null,
    rollback_reason: rotation.rollback?.reason ?? null,
  };
}

function fromSteps({ id, steps }: Rotation): Row<'rotation_steps'>[] {
  return steps.map(({ name, state, reason, by, at, revision, evidence }) => ({
    rotation_id: id,
    name,
    state,
    reason,
    done_by: by,
    at,
    revision,
    evidence: evidence === null ? null : JSON.stringify(evidence),
  }));
}

function toRotation(row: Row<'rotations'>, steps: readonly Row<'rotation_steps'>[]): Rotation {
  return {
    id: row.id,
    lineageId: row.lineage_id,
    oldKeyId: row.old_key_id,
    newKeyId: row.new_key_id,
    formerLineageId: row.former_lineage_id,
    alertId: row.alert_id,
    kind: row.kind as RotationKind,
    isPublic: row.is_public === 1,
    isAutomatic: row.is_automatic === 1,
    campaignId: row.campaign_id,
    newName: row.new_name,
    dueAt: row.due_at,
    paused: wordOf(row.paused_at, row.paused_by, row.pause_reason),
    finalAt: row.final_at,
    rollback: wordOf(row.rollback_at, row.rollback_by, row.rollback_reason),
    state: row.state as RotationState,
    reason: row.reason,
    startedBy: row.started_by,
    startedAt: row.started_at,
    driver: row.driver,
    closedBy: row.closed_by,
    closedAt: row.closed_at,
    closeReason: row.close_reason,
    revision: row.revision,
    steps: steps.map(toStep).sort((a, b) => positionOf(a.name) - positionOf(b.name)),
  };
}

function wordOf(at: number | null, by: string | null, reason: string | null): Rotation['paused'] {
  return at === null ? null : { at, by: by ?? '', reason: reason ?? '' };
}

function toStep({ state, reason, done_by: by, at, revision, ...row }: Row<'rotation_steps'>): RotationStep {
  const name = row.name as StepName;
  const evidence = row.evidence === null ? null : parseEvidence(name, JSON.parse(row.evidence));
  return { name, state: state as StepState, reason, by, at, evidence, revision };
}

function positionOf(name: StepName): number {
  return ROTATION_STEPS.indexOf(name);
}
