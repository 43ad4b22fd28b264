import { groupBy } from '../../domain/collections.ts';
import { STOPPED_STATUSES } from '../../domain/key.ts';
import { messagesSince, waitsForAnswer } from '../../domain/owner-question.ts';
import type { ProbableOwner } from '../../domain/probable-owner.ts';
import { DAY_MS } from '../../domain/time.ts';
import { inWorkHours } from '../../domain/work-hours.ts';
import type { InventoryRow } from '../../ports/inventory.ts';
import type { Deps } from '../deps.ts';
import { shownSince } from '../inventory/list-keys.ts';
import { announceNotice, openNotice } from '../notices/announce-notice.ts';
import { type AskContext, enqueueAsk, nextAsk, putQuestion } from './owner-ask.ts';
import { settleOwned } from './owner-settled.ts';
import { probableOwnersOf } from './read-traces.ts';

// Whoever has just installed it, or made the key, is about to say whose it is.
const FIRST_AFTER_MS = DAY_MS;
const WEEK_MS = 7 * DAY_MS;

type AskDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'breathe'>;

/** Looks for the owners of keys that nobody owns: asks who may be it, one message a person, and tells the channel of the rest. */
export async function askOwners(deps: AskDeps): Promise<{ readonly asked: number; readonly told: number }> {
  const unowned = await followSearches(deps);
  // Of what the channel has just been told nobody more is asked alone.
  const told = await tellChannel(deps);
  return { asked: await askNext(deps, unowned), told };
}

/** One row for each lineage that works, that nobody owns, and of which no person said so. */
async function unownedRows({ store, clock }: AskDeps): Promise<ReadonlyMap<string, InventoryRow>> {
  const rows = (await store.inventory(shownSince(clock.now()))).filter(
    ({ key, lineage }) =>
      lineage.ownerSlackId === null &&
      lineage.ownerSource === 'found' &&
      key.kind === 'inference' &&
      !STOPPED_STATUSES.has(key.status),
  );
  return new Map(rows.map((row) => [row.lineage.id, row]));
}

async function followSearches(deps: AskDeps): Promise<ReadonlyMap<string, InventoryRow>> {
  const unowned = await unownedRows(deps);
  const known = new Set((await deps.store.read.ownerQuestions.searches()).map(({ lineageId }) => lineageId));
  const fresh = [...unowned.keys()].filter((id) => !known.has(id));
  const over = [...known].filter((id) => !unowned.has(id));
  if (fresh.length + over.length === 0) return unowned;
  const beganAt = deps.clock.now();
  await deps.store.write(async (tx) => {
    for (const lineageId of fresh) await tx.ownerQuestions.putSearch({ lineageId, beganAt, toldAt: null });
    for (const lineageId of over) await settleOwned({ deps, tx }, lineageId);
  });
  return unowned;
}

interface Next extends ProbableOwner {
  readonly lineageId: string;
}

/** Everybody's new questions go out as one message each, in their working hours. */
async function askNext(deps: AskDeps, unowned: ReadonlyMap<string, InventoryRow>): Promise<number> {
  const { store, clock, policy } = deps;
  if (!policy.ownership.ask) return 0;
  const now = clock.now();
  const questions = await store.read.ownerQuestions.all();
  const byLineage = groupBy(questions, ({ lineageId }) => lineageId);
  const due = (await store.read.ownerQuestions.searches()).filter(
    ({ lineageId, beganAt, toldAt }) =>
      toldAt === null &&
      now >= beganAt + FIRST_AFTER_MS &&
      now < beganAt + policy.ownership.channelMs &&
      !waitsForAnswer(byLineage.get(lineageId) ?? [], now, policy.ownership.channelMs),
  );
  const rows = due.flatMap(({ lineageId }) => unowned.get(lineageId) ?? []);
  const candidates = await probableOwnersOf(deps, rows);
  const next = due.flatMap(({ lineageId }): Next[] => {
    const asked = new Set((byLineage.get(lineageId) ?? []).map(({ userId }) => userId));
    const owner = candidates.get(lineageId)?.find(({ userId }) => !asked.has(userId));
    return owner === undefined ? [] : [{ ...owner, lineageId }];
  });
  let asked = 0;
  for (const [userId, group] of groupBy(next, (one) => one.userId)) {
    if (messagesSince(questions, userId, now - WEEK_MS) >= policy.ownership.weeklyMessages) continue;
    await deps.store.write((tx) => askPerson({ deps, tx }, userId, group));
    asked += group.length;
    await deps.breathe();
  }
  return asked;
}

async function askPerson({ deps, tx }: AskContext, userId: string, group: readonly Next[]): Promise<void> {
  const ask = await nextAsk({ deps, tx }, userId);
  const fresh: Next[] = [];
  for (const one of group) {
    const lineage = await tx.lineages.get(one.lineageId);
    if (lineage?.ownerSlackId === null && (await tx.ownerQuestions.get(one.lineageId, userId)) === undefined)
      fresh.push(one);
  }
  for (const { lineageId, evidence } of fresh) {
    await putQuestion({ deps, tx }, { ...ask, lineageId, userId, evidence, askedBy: null });
  }
  if (fresh.length > 0) await enqueueAsk({ deps, tx }, ask);
}

/** Once for each key: one message for all that nobody has claimed for a week, whoever was asked meanwhile and is silent. */
async function tellChannel(deps: AskDeps): Promise<number> {
  const { channelMs } = deps.policy.ownership;
  const now = deps.clock.now();
  const due = (await deps.store.read.ownerQuestions.searches()).filter(
    ({ beganAt, toldAt }) => toldAt === null && now >= beganAt + channelMs,
  );
  if (due.length === 0) return 0;
  const { calendar, rotation } = deps.policy;
  // Nobody is to read it at night, and those of a day come together.
  if (inWorkHours(now, { timeZone: calendar.timeZone, holidays: rotation.holidays }) > now) return 0;
  await deps.store.write(async (tx) => {
    for (const search of due) await tx.ownerQuestions.putSearch({ ...search, toldAt: now });
    const lineageIds = due.map(({ lineageId }) => lineageId);
    const notice = await openNotice(
      { deps, tx },
      { kind: 'unclaimed', subject: `keys ${now}`, detail: { lineageIds } },
    );
    await announceNotice({ deps, tx }, notice);
  });
  return due.length;
}
