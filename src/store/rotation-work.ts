import { inSlices } from '../domain/collections.ts';
import type { ConsumerState, RotationConsumer, RotationSecret } from '../domain/rotation-work.ts';
import type { RotationConsumerRepo, RotationSecretRepo } from '../ports/rotation-work.ts';
import type { RepoContext } from './repo-context.ts';
import type { NewRow, Row } from './schema.ts';

type Context = Pick<RepoContext, 'db' | 'wake'>;

export function rotationSecretRepo({ db, wake }: Context): RotationSecretRepo {
  return {
    async get(rotationId) {
      const query = db.selectFrom('rotation_secrets').selectAll().where('rotation_id', '=', rotationId);
      const row = await query.executeTakeFirst();
      return row && toSecret(row);
    },
    async put(secret) {
      const { rotation_id, ...values } = fromSecret(secret);
      await db
        .insertInto('rotation_secrets')
        .values({ rotation_id, ...values })
        .onConflict((conflict) => conflict.column('rotation_id').doUpdateSet(values))
        .execute();
      wake('timers');
    },
  };
}

const AT_ONCE = 500;

export function rotationConsumerRepo({ db, wake }: Context): RotationConsumerRepo {
  const ofRotation = (rotationId: string) =>
    db.selectFrom('rotation_consumers').selectAll().where('rotation_id', '=', rotationId);
  return {
    async ofRotation(rotationId) {
      return (await ofRotation(rotationId).orderBy('consumer').execute()).map(toConsumer);
    },
    async ofRotations(rotationIds) {
      const found: RotationConsumer[] = [];
      for (const slice of inSlices(rotationIds, AT_ONCE)) {
        const query = db.selectFrom('rotation_consumers').selectAll().where('rotation_id', 'in', slice);
        found.push(...(await query.orderBy('consumer').execute()).map(toConsumer));
      }
      return found;
    },
    async get(rotationId, consumer) {
      const row = await ofRotation(rotationId).where('consumer', '=', consumer).executeTakeFirst();
      return row && toConsumer(row);
    },
    async put(consumer) {
      const { rotation_id, consumer: name, ...values } = fromConsumer(consumer);
      await db
        .insertInto('rotation_consumers')
        .values({ rotation_id, consumer: name, ...values })
        .onConflict((conflict) => conflict.columns(['rotation_id', 'consumer']).doUpdateSet(values))
        .execute();
      wake('timers');
    },
  };
}

function fromSecret(secret: RotationSecret): NewRow<'rotation_secrets'> {
  return {
    rotation_id: secret.rotationId,
    store: secret.store,
    reference: secret.reference,
    former_version: secret.formerVersion,
    former_fingerprint: secret.formerFingerprint,
    seen_at: secret.seenAt,
    create_began_at: secret.createBeganAt,
    made_key_id: secret.made?.providerKeyId ?? null,
    made_fingerprint: secret.made?.fingerprint ?? null,
    made_at: secret.made?.at ?? null,
    attempts: secret.attempts,
    not_before_at: secret.notBeforeAt,
    problem: secret.problem,
  };
}

function toSecret(row: Row<'rotation_secrets'>): RotationSecret {
  return {
    rotationId: row.rotation_id,
    store: row.store,
    reference: row.reference,
    formerVersion: row.former_version,
    formerFingerprint: row.former_fingerprint,
    seenAt: row.seen_at,
    createBeganAt: row.create_began_at,
    made:
      row.made_key_id === null
        ? null
        : { providerKeyId: row.made_key_id, fingerprint: row.made_fingerprint ?? '', at: row.made_at ?? 0 },
    attempts: row.attempts,
    notBeforeAt: row.not_before_at,
    problem: row.problem,
  };
}

function fromConsumer(consumer: RotationConsumer): NewRow<'rotation_consumers'> {
  return {
    rotation_id: consumer.rotationId,
    consumer: consumer.consumer,
    hook: consumer.hook,
    state: consumer.state,
    request_id: consumer.requestId,
    run_ref: consumer.runRef,
    url: consumer.url,
    problem: consumer.problem,
    done_by: consumer.by,
    at: consumer.at,
    attempts: consumer.attempts,
    not_before_at: consumer.notBeforeAt,
    revision: consumer.revision,
  };
}

function toConsumer(row: Row<'rotation_consumers'>): RotationConsumer {
  return {
    rotationId: row.rotation_id,
    consumer: row.consumer,
    hook: row.hook,
    state: row.state as ConsumerState,
    requestId: row.request_id,
    runRef: row.run_ref,
    url: row.url,
    problem: row.problem,
    by: row.done_by,
    at: row.at,
    attempts: row.attempts,
    notBeforeAt: row.not_before_at,
    revision: row.revision,
  };
}
