import type { View } from '@slack/types';
import { keepUntil } from '../../domain/stale-ladder.ts';
import { callDeletable, entryOf, keepStale } from '../../services/stale/answer-stale.ts';
import { cardsOf } from '../../services/stale/describe-stale.ts';
import { allows, authorise } from '../authorise.ts';
import { decodeButton } from '../button-value.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal, REASON_BLOCK } from '../views/action-modal.ts';
import { DAY_BLOCK, DELETE_TITLE, KEEP_TITLE, keepModal, proposeModal } from '../views/stale-modals.ts';
import { STALE_DELETE, STALE_KEEP } from '../views/stale-words.ts';
import { channelText, escaped } from '../views/text.ts';
import { keyActPage, keyAndLineage } from './key-action-buttons.ts';
import { openModal } from './lib/open-modal.ts';

const DAY_FAULT = 'Choose a day from tomorrow on, at most a year ahead.';

/** `Keep…` of a key that nobody uses. */
export const staleKeep: ButtonHandler = {
  kind: 'button',
  id: STALE_KEEP,
  run(context, click) {
    const { deps, locale } = context;
    const build = async () => {
      const { keyId } = decodeButton(click.value);
      const { lineage } = await keyAndLineage(context, keyId);
      await authorise(context, { gesture: click, act: 'edit', lineage });
      const card = await cardWith(context, keyId);
      if (card.key.status !== 'active') return stopped(KEEP_TITLE, lineage.slug, card.key.status);
      return keepModal(card, locale, deps.clock.now());
    };
    return openModal(context, click, { title: KEEP_TITLE, build });
  },
};

export const staleKeepSubmit: SubmitHandler = {
  kind: 'submit',
  id: STALE_KEEP,

  async check({ deps }: SlackContext, { values }: Submission): Promise<CheckResult> {
    const errors: Record<string, string> = {};
    if (!values[REASON_BLOCK]?.trim()) errors[REASON_BLOCK] = 'Say in a few words what it is kept for.';
    const until = keepUntil(values[DAY_BLOCK] ?? '', deps.clock.now(), deps.policy.calendar.timeZone);
    if (until === null) errors[DAY_BLOCK] = DAY_FAULT;
    if (Object.keys(errors).length > 0) return { ok: false, errors };
    return { ok: true, view: noticeModal(KEEP_TITLE, 'Saving…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { keyId } = decodeButton(submission.privateMetadata);
    const { lineage } = await keyAndLineage(context, keyId);
    const actor = await authorise(context, { gesture: submission, act: 'edit', lineage });
    const { values } = submission;
    const day = values[DAY_BLOCK] ?? '';
    await keepStale(context.deps, { actor, keyId, day, reason: values[REASON_BLOCK] ?? '' });
    return noticeModal(
      KEEP_TITLE,
      `*${escaped(lineage.slug)} is kept until ${escaped(day)}.* Then it is asked about again.`,
    );
  },
};

/** `Delete…` of a key that nobody uses: for whoever may, the deletion; for its owner, the proposal. */
export const staleDelete: ButtonHandler = {
  kind: 'button',
  id: STALE_DELETE,
  run(context, click) {
    const build = async () => {
      const button = decodeButton(click.value);
      const { lineage } = await keyAndLineage(context, button.keyId);
      if (await allows(context, { gesture: click, act: 'revoke', lineage })) {
        return keyActPage(context, { gesture: click, button, kind: 'revoke' });
      }
      await authorise(context, { gesture: click, act: 'suspend', lineage });
      const card = await cardWith(context, button.keyId);
      if (card.key.status !== 'active') return stopped(DELETE_TITLE, lineage.slug, card.key.status);
      return proposeModal(card, context.locale);
    };
    return openModal(context, click, { title: DELETE_TITLE, build });
  },
};

export const staleDeleteSubmit: SubmitHandler = {
  kind: 'submit',
  id: STALE_DELETE,

  async check(): Promise<CheckResult> {
    return { ok: true, view: noticeModal(DELETE_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { deps } = context;
    const { keyId } = decodeButton(submission.privateMetadata);
    const { lineage } = await keyAndLineage(context, keyId);
    const actor = await authorise(context, { gesture: submission, act: 'suspend', lineage });
    await callDeletable(deps, { actor, keyId });
    const where = channelText(deps.policy.channels.alerts);
    return noticeModal(DELETE_TITLE, `*The channel is asked to delete ${escaped(lineage.slug)}*: see ${where}.`);
  },
};

async function cardWith({ deps }: SlackContext, keyId: string) {
  const [card] = await cardsOf(deps, ({ key }) => key.id === keyId);
  return card ?? { ...(await entryOf(deps, keyId)), acts: [], action: null, worstMicroUsd: null };
}

function stopped(title: string, slug: string, status: string): View {
  return noticeModal(title, `Nothing to do: ${escaped(slug)} is ${status} now.`);
}
