import type { Actor } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import type { Lineage } from '../../domain/key.ts';
import type { OwnerQuestion } from '../../domain/owner-question.ts';
import { isProof } from '../../domain/probable-owner.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { changeLineageIn } from '../inventory/change-lineage.ts';
import { claimLineageIn } from './claims.ts';
import { refuseUnfitOwner } from './fit-owner.ts';
import { type AskContext, enqueueAsk, nextAsk, putQuestion } from './owner-ask.ts';

const VERBS = {
  mine: 'lineage.owner.mine',
  not_mine: 'lineage.owner.not_mine',
  passed_on: 'lineage.owner.passed_on',
} as const;

type AnswerDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy'>;

export interface QuestionAnswer {
  readonly actor: Actor & { readonly kind: 'slack' };
  readonly lineageId: string;
  readonly answer: 'mine' | 'not_mine';
  /** Their word needs nobody else's. */
  readonly isLastWord: boolean;
}

/**
 * Answers "Is this yours?". A yes holds at once where the provider itself names this person, or they have the last word;
 * else it is a claim that a responder confirms. Returns whether the key is theirs now.
 */
export async function answerQuestion(
  deps: AnswerDeps,
  { actor, lineageId, answer, isLastWord }: QuestionAnswer,
): Promise<{ readonly lineage: Lineage; readonly isConfirmed: boolean }> {
  return deps.store.write(async (tx) => {
    const { question, lineage } = await openQuestion(tx, lineageId, actor.userId);
    const isConfirmed = answer === 'mine' && (isLastWord || isProof(question.evidence));
    // Closed first: a change of the owner ends the questions that are still open.
    await settleQuestion({ deps, tx }, question, { answer, actor });
    if (isConfirmed) {
      const change = { ownerSlackId: actor.userId };
      await changeLineageIn({ deps, tx }, { actor, lineageId, revision: null, change });
    } else if (answer === 'mine') await claimLineageIn({ deps, tx }, { actor, lineageId });
    return { lineage, isConfirmed };
  });
}

export interface PassOn {
  readonly actor: Actor & { readonly kind: 'slack' };
  readonly lineageId: string;
  readonly toUserId: string;
}

/** Somebody knows better whom to ask. Whoever said no before is not asked again. */
export async function passQuestionOn(
  deps: AnswerDeps & Pick<Deps, 'directory' | 'logger'>,
  { actor, lineageId, toUserId }: PassOn,
): Promise<Lineage> {
  if (toUserId === actor.userId)
    throw refused('Nothing was changed: you are asked already. Press Mine if it is yours.');
  await refuseUnfitOwner(deps, toUserId);
  return deps.store.write(async (tx) => {
    const { question, lineage } = await openQuestion(tx, lineageId, actor.userId);
    if ((await tx.ownerQuestions.get(lineageId, toUserId)) !== undefined)
      throw refused('Nothing was changed: this person has been asked about this key already. Name somebody else.');
    await settleQuestion({ deps, tx }, question, { answer: 'passed_on', actor });
    const ask = await nextAsk({ deps, tx }, toUserId);
    const evidence = [{ kind: 'said', at: null, text: actor.userId }] as const;
    await putQuestion({ deps, tx }, { ...ask, lineageId, userId: toUserId, evidence, askedBy: actor.userId });
    await enqueueAsk({ deps, tx }, ask);
    return lineage;
  });
}

async function openQuestion(
  tx: Repos,
  lineageId: string,
  userId: string,
): Promise<{ readonly question: OwnerQuestion; readonly lineage: Lineage }> {
  const question = await tx.ownerQuestions.get(lineageId, userId);
  const lineage = await tx.lineages.get(lineageId);
  if (question === undefined || lineage === undefined)
    throw refused('Nothing was changed: this question is not for you. `/keys claim <key>` says that a key is yours.');
  if (question.answer === 'moot' || lineage.ownerSlackId !== null)
    throw refused(`Thank you. Nothing was changed: ${lineage.slug} has an owner by now.`);
  if (question.answer !== null) throw refused(`Nothing was changed: you have answered about ${lineage.slug} already.`);
  return { question, lineage };
}

async function settleQuestion(
  { deps, tx }: AskContext,
  question: OwnerQuestion,
  { answer, actor }: { readonly answer: keyof typeof VERBS; readonly actor: Actor },
): Promise<void> {
  const at = deps.clock.now();
  await tx.ownerQuestions.update({ ...question, answer, answeredAt: at });
  const { lineageId, userId } = question;
  const verb = VERBS[answer];
  await tx.audit.append({ at, actor, verb, subject: lineageId, detail: { userId } });
  await enqueueAsk({ deps, tx }, question);
}

function refused(publicMessage: string): AppError {
  return new AppError({ code: 'conflict', message: 'a question about an owner that does not stand', publicMessage });
}
