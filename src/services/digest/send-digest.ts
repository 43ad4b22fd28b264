import { systemActor } from '../../domain/actor.ts';
import type { DigestTurn } from '../../domain/digest/turn.ts';
import { HOUR_MS } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { type DigestDeps, readDigest, turnsOf } from './read-digest.ts';

/** The outbox's names: the digest, the table in its thread, and the digest as a founder gets it (`week/userId`). */
export const DIGEST = 'digest';
export const DIGEST_TABLE = 'digest_table';
export const DIGEST_TO = 'digest_to';

// After a downtime the past is read first; a connection that stays dark must not keep the digest for ever.
const CATCH_UP_MS = HOUR_MS;

type SendDeps = DigestDeps & Pick<Deps, 'ids' | 'logger'>;

/**
 * Makes the digest of this week where its time has come and there is none yet: kept and put into the outbox at once, so
 * that it is told once, whatever ends in between. One that was missed is made up for, and says so.
 */
export async function sendDigest(deps: SendDeps): Promise<void> {
  const { store, logger } = deps;
  const turn = turnsOf(deps, 1)[0];
  if (turn === undefined) return;
  const newest = await store.read.digests.newestWeek();
  if (newest === null) return begin(deps, turn);
  if (newest >= turn.week || (await isCatchingUp(deps))) return;
  const card = await readDigest(deps);
  const isNew = await store.write(async (tx) => {
    const { week, dueAt } = card.turn;
    if (!(await tx.digests.insert({ week, dueAt, madeAt: card.madeAt, card }))) return false;
    await announce({ deps, tx }, week);
    const detail = { score: card.score, scoreVersion: card.scoreVersion, lateMs: card.lateMs };
    await tx.audit.append({
      at: card.madeAt,
      actor: systemActor('digest'),
      verb: 'digest.made',
      subject: week,
      detail,
    });
    return true;
  });
  if (isNew) logger.info('weekly digest made', { week: card.turn.week, score: card.score });
}

/** Of the week in which an installation begins there is nothing to tell, and none is missed. */
async function begin({ store, clock }: SendDeps, { week, dueAt }: DigestTurn): Promise<void> {
  await store.write((tx) => tx.digests.insert({ week, dueAt, madeAt: clock.now(), card: null }));
}

/** Nothing ran for a while, and what happened meanwhile is being read. */
async function isCatchingUp({ store, clock }: SendDeps): Promise<boolean> {
  const open = await store.read.notices.allOpen('downtime');
  return open.some(({ detail }) => clock.now() - detail.to < CATCH_UP_MS);
}

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'ids' | 'policy'>;
  readonly tx: Repos;
}

async function announce({ deps, tx }: Context, week: string): Promise<void> {
  const rows = [
    { kind: DIGEST, subjectId: week, threadKey: `${DIGEST}:${week}` },
    { kind: DIGEST_TABLE, subjectId: week, threadKey: `${DIGEST}:${week}` },
    ...deps.policy.digest.founders.map((userId) => ({
      kind: DIGEST_TO,
      subjectId: `${week}/${userId}`,
      threadKey: `${DIGEST}:${week}/${userId}`,
    })),
  ];
  for (const row of rows) await tx.outbox.enqueue({ ...row, id: deps.ids.next('out'), createdAt: deps.clock.now() });
}
