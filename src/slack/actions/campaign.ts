import type { View } from '@slack/types';
import { z } from 'zod';
import { isClosed } from '../../domain/campaign.ts';
import { CALENDAR_ENVIRONMENTS } from '../../domain/rotation-policy.ts';
import { DAY_MS } from '../../domain/time.ts';
import { type CampaignAim, chooseCampaign } from '../../services/campaigns/choose-campaign.ts';
import { endCampaign, noCampaign } from '../../services/campaigns/close-campaign.ts';
import { readReport } from '../../services/campaigns/describe-campaign.ts';
import { startByHand } from '../../services/campaigns/start-campaign.ts';
import { authorise, type Gesture, requireViewer } from '../authorise.ts';
import { decodeCampaignButton } from '../campaign-button.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Click, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal, REASON_BLOCK } from '../views/action-modal.ts';
import {
  END_MODAL,
  END_TITLE,
  endCampaignModal,
  START_MODAL,
  START_TITLE,
  startCampaignModal,
} from '../views/campaign-modals.ts';
import { campaignReportView } from '../views/campaign-report.ts';
import { campaignName } from '../views/campaign-words.ts';
import { openModal } from './lib/open-modal.ts';
import { readMetadata } from './lib/read-metadata.ts';

const aimShape = z.strictObject({
  environment: z.enum(CALENDAR_ENVIRONMENTS).nullable(),
  filter: z.string().max(1_000),
});

/** `Start now…` of one that is announced. */
export const campaignStart: ButtonHandler = {
  kind: 'button',
  id: START_MODAL,
  async run(context, click) {
    const { campaignId } = decodeCampaignButton(click.value);
    const { environment, filter } = await campaignOf(context, campaignId);
    await openStartModal(context, click, { environment, filter });
  },
};

/** Says what a campaign would take, and asks. */
export function openStartModal(
  context: SlackContext,
  gesture: Gesture & Pick<Click, 'triggerId'>,
  aim: CampaignAim,
): Promise<void> {
  return openModal(context, gesture, {
    title: START_TITLE,
    build: async () => {
      await authorise(context, { gesture, act: 'campaign', lineage: null });
      const choices = await chooseCampaign(context.deps, { ...aim, startsAt: null });
      const { automatic, dueMs } = context.deps.policy.rotation;
      return startCampaignModal({ aim, choices, dueDays: Math.round(dueMs / DAY_MS), isAutomatic: automatic });
    },
  });
}

export const campaignStartSubmit: SubmitHandler = {
  kind: 'submit',
  id: START_MODAL,

  async check(): Promise<CheckResult> {
    return { ok: true, view: noticeModal(START_TITLE, 'Starting…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const aim = readMetadata(aimShape, submission.privateMetadata);
    const actor = await authorise(context, { gesture: submission, act: 'campaign', lineage: null });
    const campaign = await startByHand(context.deps, actor, aim);
    const words = `*${campaignName(campaign)} has begun.* Its message appears in the alert channel, with one place for each key in the thread.`;
    return noticeModal(START_TITLE, words);
  },
};

/** `Cancel…` of one that is ahead, `End…` of one that runs. */
export const campaignEnd: ButtonHandler = {
  kind: 'button',
  id: END_MODAL,
  run(context, click) {
    const { campaignId } = decodeCampaignButton(click.value);
    const build = async () => {
      await authorise(context, { gesture: click, act: 'campaign', lineage: null });
      const campaign = await campaignOf(context, campaignId);
      if (isClosed(campaign)) return noticeModal(END_TITLE, `Nothing to do: this campaign is ${campaign.state}.`);
      return endCampaignModal(campaign, campaign.state === 'running');
    };
    return openModal(context, click, { title: END_TITLE, build });
  },
};

export const campaignEndSubmit: SubmitHandler = {
  kind: 'submit',
  id: END_MODAL,

  async check(_context: SlackContext, { values }: Submission): Promise<CheckResult> {
    if (!values[REASON_BLOCK]?.trim()) return { ok: false, errors: { [REASON_BLOCK]: 'Say in a few words why.' } };
    return { ok: true, view: noticeModal(END_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { campaignId } = decodeCampaignButton(submission.privateMetadata);
    const actor = await authorise(context, { gesture: submission, act: 'campaign', lineage: null });
    const reason = submission.values[REASON_BLOCK] ?? '';
    const { state } = await endCampaign(context.deps, { actor, campaignId, reason });
    return noticeModal(END_TITLE, state === 'done' ? 'It is over; its report is in the thread.' : 'It is cancelled.');
  },
};

/** `Report`: as it stands now, or as it was kept. */
export const campaignReport: ButtonHandler = {
  kind: 'button',
  id: 'campaign_report',
  async run(context, click) {
    await requireViewer(context, click);
    const campaign = await campaignOf(context, decodeCampaignButton(click.value).campaignId);
    const report = await readReport(context.deps, campaign);
    if (report === null) throw noCampaign(campaign.id);
    await click.reply(campaignReportView(campaign, report, campaign.report !== null));
  },
};

async function campaignOf({ deps }: SlackContext, campaignId: string) {
  const campaign = await deps.store.read.campaigns.get(campaignId);
  if (campaign === undefined) throw noCampaign(campaignId);
  return campaign;
}
