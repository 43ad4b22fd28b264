import type { View } from '@slack/types';
import { z } from 'zod';
import { AppError, toError } from '../../domain/errors.ts';
import { beginDeparture } from '../../services/departures/begin-departure.ts';
import { leaverOf } from '../../services/departures/find-leavers.ts';
import { findTies } from '../../services/departures/find-ties.ts';
import { authorise, type Gesture } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { CheckResult, Click, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal } from '../views/action-modal.ts';
import { BEGIN, BEGIN_TITLE, beginModal } from '../views/departure-modals.ts';
import { mention } from '../views/text.ts';
import { openModal } from './lib/open-modal.ts';
import { readMetadata } from './lib/read-metadata.ts';

const metadata = z.strictObject({ userId: z.string().max(32) });

/** Says what somebody has before anybody else reads it. */
export function openBeginModal(
  context: SlackContext,
  gesture: Gesture & Pick<Click, 'triggerId'>,
  userId: string,
): Promise<void> {
  const build = async () => {
    await authorise(context, { gesture, act: 'offboard', lineage: null });
    const ties = await findTies(context.deps, await leaver(context, userId));
    if (ties.length === 0) return noticeModal(BEGIN_TITLE, nothingText(userId));
    const owned = ties.filter(({ tie }) => tie !== 'read').length;
    const { alerts: channel } = context.deps.policy.channels;
    const counts = { owned, read: ties.length - owned };
    return beginModal({ userId, ties: counts, channel }, JSON.stringify({ userId }));
  };
  return openModal(context, gesture, { title: BEGIN_TITLE, build });
}

export const departureBeginSubmit: SubmitHandler = {
  kind: 'submit',
  id: BEGIN,
  check: async (): Promise<CheckResult> => ({ ok: true, view: noticeModal(BEGIN_TITLE, 'Working…') }),

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { userId } = readMetadata(metadata, submission.privateMetadata);
    const actor = await authorise(context, { gesture: submission, act: 'offboard', lineage: null });
    const begun = await beginDeparture(context.deps, { actor, cause: 'hand', leaver: await leaver(context, userId) });
    if (begun === null) return noticeModal(BEGIN_TITLE, nothingText(userId));
    return noticeModal(
      BEGIN_TITLE,
      begun.isNew
        ? 'The message is in the alert channel.'
        : 'There is a message about them in the alert channel already.',
    );
  },
};

/** As Slack knows them now; the address is what providers know them by. */
async function leaver({ deps }: SlackContext, userId: string) {
  const { name, email } = await deps.directory.person(userId).catch((error: unknown) => {
    deps.logger.info('who leaves cannot be looked up', { error: toError(error) });
    throw new AppError({
      code: 'invalid_input',
      message: 'who leaves cannot be looked up',
      publicMessage:
        'Nothing was done: Slack does not tell who that is. Mention them with @, or try again in a moment.',
      cause: error,
    });
  });
  return leaverOf({ userId, name, email });
}

function nothingText(userId: string): string {
  return `${mention(userId)} owns no working key, has made none that nobody owns, and could read none that we know of.`;
}
