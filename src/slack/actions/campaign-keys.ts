import type { View } from '@slack/types';
import { isClosed, type MemberRow } from '../../domain/campaign.ts';
import { AppError } from '../../domain/errors.ts';
import { NOBODY } from '../../services/campaigns/announce-campaign.ts';
import { noCampaign } from '../../services/campaigns/close-campaign.ts';
import { describeOwner } from '../../services/campaigns/describe-owner.ts';
import { showKeys } from '../../services/campaigns/show-key.ts';
import { allows, authorise, type Gesture } from '../authorise.ts';
import { type CampaignButton, decodeCampaignButton } from '../campaign-button.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { decodeRotationButton } from '../rotation-button.ts';
import { noticeModal } from '../views/action-modal.ts';
import { MORE_TITLE, moreModal } from '../views/campaign-key.ts';
import { PICK_BLOCK, PICK_MODAL, PICK_TITLE, pickKeyModal } from '../views/campaign-modals.ts';
import { SHOWN_AT_ONCE } from '../views/campaign-owner.ts';
import { byNeed } from '../views/campaign-words.ts';
import { openModal } from './lib/open-modal.ts';
import { rotationCard } from './lib/rotation-card.ts';
import { rotationFor } from './lib/rotation-of.ts';

/** `Show the next 5` of an owner's list: each gets a message of its own. */
export const campaignNext: ButtonHandler = {
  kind: 'button',
  id: 'campaign_next',
  async run(context, click) {
    const button = decodeCampaignButton(click.value);
    const rows = (await hiddenRows(context, button)).toSorted(byNeed).slice(0, SHOWN_AT_ONCE);
    const actor = await mayOpen(context, click, { button, rows });
    const rotationIds = rows.flatMap(({ member }) => member.rotationId ?? []);
    await showKeys(context.deps, { actor, campaignId: button.campaignId, rotationIds });
  },
};

/** `Open a key…`: a list of those that have no message of their own. */
export const campaignPick: ButtonHandler = {
  kind: 'button',
  id: PICK_MODAL,
  run(context, click) {
    const button = decodeCampaignButton(click.value);
    const build = async () => {
      const rows = await hiddenRows(context, button);
      await mayOpen(context, click, { button, rows });
      return pickKeyModal(click.value, rows);
    };
    return openModal(context, click, { title: PICK_TITLE, build });
  },
};

export const campaignPickSubmit: SubmitHandler = {
  kind: 'submit',
  id: PICK_MODAL,

  async check(_context: SlackContext, { values }: Submission): Promise<CheckResult> {
    if (!values[PICK_BLOCK]) return { ok: false, errors: { [PICK_BLOCK]: 'Choose a key.' } };
    return { ok: true, view: noticeModal(PICK_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { campaignId } = decodeCampaignButton(submission.privateMetadata);
    const rotationId = submission.values[PICK_BLOCK] ?? '';
    const { actor } = await rotationFor(context, submission, { rotationId });
    const shown = await showKeys(context.deps, { actor, campaignId, rotationIds: [rotationId] });
    return noticeModal(
      PICK_TITLE,
      shown.length > 0 ? 'Its message appears in the thread.' : 'It is in the thread already.',
    );
  },
};

/** `More…` of a key's message. */
export const rotationMore: ButtonHandler = {
  kind: 'button',
  id: 'rotation_more',
  run(context, click) {
    const build = async () => moreModal(await cardFor(context, click, click.value), context.locale);
    return openModal(context, click, { title: MORE_TITLE, build });
  },
};

async function cardFor(context: SlackContext, gesture: Gesture, value: string) {
  const { rotationId } = decodeRotationButton(value);
  await rotationFor(context, gesture, { rotationId });
  return rotationCard(context, rotationId);
}

async function hiddenRows(
  { deps }: SlackContext,
  { campaignId, owner }: CampaignButton,
): Promise<readonly MemberRow[]> {
  const share = await describeOwner(deps, { campaignId, owner: owner ?? NOBODY });
  if (share === undefined) throw noCampaign(campaignId);
  if (isClosed(share.campaign)) throw over();
  return share.rows.filter(({ member, rotation }) => !member.isShown && rotation?.state === 'open');
}

/** Whoever may rotate the keys of the list: their owner, and those who may rotate all. */
async function mayOpen(
  context: SlackContext,
  gesture: Gesture,
  { button: { owner }, rows }: { readonly button: CampaignButton; readonly rows: readonly MemberRow[] },
) {
  const lineageId = rows[0]?.member.lineageId;
  const lineage = lineageId === undefined ? null : ((await context.deps.store.read.lineages.get(lineageId)) ?? null);
  // It may have been handed over to somebody who owns none of them.
  const isTheirs = owner === gesture.userId && (await allows(context, { gesture, act: 'look', lineage }));
  return authorise(context, { gesture, act: isTheirs ? 'look' : 'rotate', lineage });
}

function over(): AppError {
  return new AppError({
    code: 'conflict',
    message: 'a key of a campaign that is over',
    publicMessage: 'Nothing was done: this campaign is over. `/keys rotate <key>` begins a rotation of its own.',
  });
}
