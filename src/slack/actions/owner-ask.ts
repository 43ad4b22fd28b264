import type { View } from '@slack/types';
import { AppError } from '../../domain/errors.ts';
import { answerQuestion, passQuestionOn } from '../../services/owners/answer-question.ts';
import { type AskCard, describeAsk } from '../../services/owners/describe-ask.ts';
import { allows, authorise, type Gesture } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { refusalText } from '../refusal.ts';
import { answerModal, noticeModal } from '../views/action-modal.ts';
import { sections } from '../views/blocks.ts';
import {
  ALL_BLOCK,
  ASK_ALL,
  ASK_ALL_TITLE,
  ASK_MINE,
  ASK_NOT_MINE,
  ASK_SOMEBODY,
  ASK_SOMEBODY_TITLE,
  allMineModal,
  askAllButton,
  askButton,
  askSomebodyModal,
  PERSON_BLOCK,
} from '../views/owner-ask.ts';
import { MAX_OPTIONS } from '../views/pick-keys-modals.ts';
import { escaped, mention } from '../views/text.ts';
import { openModal } from './lib/open-modal.ts';

/** `Mine` and `Not mine` of "Is this key yours?". */
export const askAnswers: readonly ButtonHandler[] = (
  [
    [ASK_MINE, 'mine'],
    [ASK_NOT_MINE, 'not_mine'],
  ] as const
).map(([id, said]) => ({
  kind: 'button',
  id,
  async run(context, click) {
    await answerFor(context, click, { lineageId: askButton.decode(click.value).l, said });
  },
}));

/** `Ask …`: somebody else is asked. */
export const askSomebody: ButtonHandler = {
  kind: 'button',
  id: ASK_SOMEBODY,
  run(context, click) {
    const build = async () => {
      const lineage = await lineageOf(context, askButton.decode(click.value).l);
      await authorise(context, { gesture: click, act: 'claim', lineage });
      return askSomebodyModal(lineage.slug, click.value);
    };
    return openModal(context, click, { title: ASK_SOMEBODY_TITLE, build });
  },
};

export const askSomebodySubmit: SubmitHandler = {
  kind: 'submit',
  id: ASK_SOMEBODY,

  async check(_context, { values }: Submission): Promise<CheckResult> {
    if (!values[PERSON_BLOCK]) return { ok: false, errors: { [PERSON_BLOCK]: 'Choose a person.' } };
    return { ok: true, view: noticeModal(ASK_SOMEBODY_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const lineageId = askButton.decode(submission.privateMetadata).l;
    const actor = await actorOf(context, submission, lineageId);
    const toUserId = submission.values[PERSON_BLOCK] ?? '';
    const { slug } = await passQuestionOn(context.deps, { actor, lineageId, toUserId });
    return noticeModal(ASK_SOMEBODY_TITLE, `${mention(toUserId)} is asked about *${escaped(slug)}*. Thank you.`);
  },
};

/** `All mine…`: every key of the message, chosen already. */
export const askAll: ButtonHandler = {
  kind: 'button',
  id: ASK_ALL,
  run(context, click) {
    const build = async () => {
      await authorise(context, { gesture: click, act: 'claim', lineage: null });
      const card = await cardFor(context, click, click.value);
      if (card.rows.every(({ question }) => question.answer !== null))
        return noticeModal(ASK_ALL_TITLE, 'You have answered about each of them. Thank you.');
      return allMineModal(card, context.locale);
    };
    return openModal(context, click, { title: ASK_ALL_TITLE, build });
  },
};

export const askAllSubmit: SubmitHandler = {
  kind: 'submit',
  id: ASK_ALL,

  async check(_context, { choices }: Submission): Promise<CheckResult> {
    if ((choices[ALL_BLOCK] ?? []).length === 0)
      return { ok: false, errors: { [ALL_BLOCK]: 'Choose at least one key, or close this.' } };
    return { ok: true, view: noticeModal(ASK_ALL_TITLE, 'Working…') };
  },

  /** One after the other: what has an owner by now does not keep the rest. */
  async run(context: SlackContext, submission: Submission): Promise<View> {
    const card = await cardFor(context, submission, submission.privateMetadata);
    const chosen = new Set((submission.choices[ALL_BLOCK] ?? []).slice(0, MAX_OPTIONS));
    const lines: string[] = [];
    for (const { summary } of card.rows) {
      const { id, slug } = summary.lineage;
      if (!chosen.has(id)) continue;
      const line = await answerFor(context, submission, { lineageId: id, said: 'mine' }).then(
        (isConfirmed) => `*${escaped(slug)}* ${isConfirmed ? 'is yours now.' : 'waits for a responder to confirm it.'}`,
        (error: unknown) => refusalText(context.deps.logger, error),
      );
      lines.push(`• ${line}`);
    }
    if (lines.length === 0) return noticeModal(ASK_ALL_TITLE, 'Nothing was chosen.');
    return answerModal(ASK_ALL_TITLE, { blocks: sections(lines) });
  },
};

async function answerFor(
  context: SlackContext,
  gesture: Gesture,
  { lineageId, said }: { readonly lineageId: string; readonly said: 'mine' | 'not_mine' },
): Promise<boolean> {
  const actor = await actorOf(context, gesture, lineageId);
  const isLastWord = await allows(context, { gesture, act: 'classify', lineage: null });
  const answered = await answerQuestion(context.deps, { actor, lineageId, answer: said, isLastWord });
  return answered.isConfirmed;
}

async function actorOf(context: SlackContext, gesture: Gesture, lineageId: string) {
  const lineage = await lineageOf(context, lineageId);
  const actor = await authorise(context, { gesture, act: 'claim', lineage });
  if (actor.kind !== 'slack') throw notTheirs();
  return actor;
}

/** Only whoever was asked reads what they were asked about. */
async function cardFor({ deps }: SlackContext, { userId }: Gesture, value: string): Promise<AskCard> {
  const card = await describeAsk(deps, askAllButton.decode(value).i);
  if (card === undefined || card.userId !== userId) throw notTheirs();
  return card;
}

async function lineageOf({ deps }: SlackContext, lineageId: string) {
  const lineage = await deps.store.read.lineages.get(lineageId);
  if (lineage === undefined) throw notTheirs();
  return lineage;
}

function notTheirs(): AppError {
  return new AppError({
    code: 'forbidden',
    message: 'a question that this person was not asked',
    publicMessage: 'Nothing was changed: this question is not for you. `/keys claim <key>` says that a key is yours.',
  });
}
