import { AppError } from '../../domain/errors.ts';
import { answerOwner } from '../../services/alerts/owner-question.ts';
import { authorise } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, Click } from '../interaction.ts';
import { ownerAnswer } from '../owner-answer.ts';
import { alertAndLineage } from './lib/alert-gesture.ts';

/** `Yes, that was us` and `No`, in the direct message to an owner. */
export const ownerAnswers: readonly ButtonHandler[] = (['yes', 'no'] as const).map((answer) => ({
  kind: 'button',
  id: `owner_${answer}`,
  run: (context, click) => run(context, click, answer),
}));

async function run(context: SlackContext, click: Click, answer: 'yes' | 'no'): Promise<void> {
  const { a: alertId, e: askId } = ownerAnswer.decode(click.value);
  const { alert, lineage } = await alertAndLineage(context, alertId);
  if (lineage.ownerSlackId !== click.userId) {
    throw new AppError({
      code: 'forbidden',
      message: `answer of ${click.userId}, who does not own ${lineage.id}`,
      publicMessage: 'Thank you. Nothing was changed: this key is not yours any more.',
    });
  }
  // A claimed owner may not close it, but what they say is heard.
  const act = lineage.ownerStanding === 'confirmed' ? 'expect' : 'look';
  const actor = await authorise(context, { gesture: click, act, lineage });
  const mayExpect = act === 'expect';
  await answerOwner(context.deps, { actor, alertId: alert.id, askId, answer, mayExpect });
}
