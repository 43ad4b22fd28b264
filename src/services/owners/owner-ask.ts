import { systemActor } from '../../domain/actor.ts';
import type { OwnerQuestion } from '../../domain/owner-question.ts';
import { inWorkHours } from '../../domain/work-hours.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

const ACTOR = systemActor('ask-owners');

/** The outbox's kind of "Are these yours?"; its subject is the ask. */
export const OWNER_ASK = 'owner_ask';

export interface AskContext {
  readonly deps: Pick<Deps, 'clock' | 'ids' | 'policy'>;
  readonly tx: Repos;
}

/** A message to somebody that has not gone out yet takes more keys; else a new one, at the next time that they work. */
export async function nextAsk(
  { deps, tx }: AskContext,
  userId: string,
): Promise<Pick<OwnerQuestion, 'askId' | 'askAt'>> {
  const now = deps.clock.now();
  const waiting = (await tx.ownerQuestions.ofUser(userId)).find(({ askAt }) => askAt > now);
  if (waiting !== undefined) return { askId: waiting.askId, askAt: waiting.askAt };
  const { calendar, rotation } = deps.policy;
  const timeZone = (await tx.members.get(userId))?.timezone ?? calendar.timeZone;
  return { askId: deps.ids.next('ask'), askAt: inWorkHours(now, { timeZone, holidays: rotation.holidays }) };
}

type NewQuestion = Omit<OwnerQuestion, 'answer' | 'answeredAt'>;

export async function putQuestion({ deps, tx }: AskContext, question: NewQuestion): Promise<void> {
  await tx.ownerQuestions.insert({ ...question, answer: null, answeredAt: null });
  const { lineageId, userId, evidence, askedBy } = question;
  const lineage = await tx.lineages.get(lineageId);
  const detail = { slug: lineage?.slug ?? '', userId, why: evidence.map(({ kind }) => kind).join(', '), askedBy };
  await tx.audit.append({
    at: deps.clock.now(),
    actor: ACTOR,
    verb: 'lineage.owner.asked',
    subject: lineageId,
    detail,
  });
}

/** Sends the message, or brings it up to date. */
export async function enqueueAsk(
  { deps, tx }: { readonly deps: Pick<Deps, 'clock' | 'ids'>; readonly tx: Repos },
  { askId, askAt }: Pick<OwnerQuestion, 'askId' | 'askAt'>,
): Promise<void> {
  const createdAt = deps.clock.now();
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: OWNER_ASK,
    subjectId: askId,
    threadKey: `ask:${askId}`,
    createdAt,
    notBeforeAt: Math.max(createdAt, askAt),
  });
}
