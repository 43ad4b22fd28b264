import type { View } from '@slack/types';
import type { MemberRow } from '../../domain/campaign.ts';
import type { Choice } from '../../domain/campaign-members.ts';
import { plural } from '../../domain/time.ts';
import type { CampaignAim } from '../../services/campaigns/choose-campaign.ts';
import { encodeCampaignButton } from '../campaign-button.ts';
import { INPUT, noticeModal, plain, reasonInput } from './action-modal.ts';
import { section } from './blocks.ts';
import { byNeed, campaignName, namesText, skippedText } from './campaign-words.ts';
import { mention, plainForeign } from './text.ts';

export const START_MODAL = 'campaign_start';
export const START_TITLE = 'Start a campaign';
export const END_MODAL = 'campaign_end';
export const END_TITLE = 'End the campaign';
export const PICK_MODAL = 'campaign_pick';
export const PICK_TITLE = 'Open a key';
export const PICK_BLOCK = 'key';
// What one list of Slack's holds.
const OPTIONS_MAX = 100;

export interface StartModalState {
  readonly aim: CampaignAim;
  readonly choices: readonly Choice[];
  readonly dueDays: number;
  readonly isAutomatic: boolean;
}

/** Says how many keys a campaign takes, and whom it reaches, before it begins. */
export function startCampaignModal({ aim, choices, dueDays, isAutomatic }: StartModalState): View {
  const taken = choices.filter(({ skip }) => skip === null);
  const skipped = skippedText(choices.filter(({ skip }) => skip !== null));
  if (taken.length === 0) {
    return noticeModal(
      START_TITLE,
      `No key is to be rotated now. ${skipped ?? 'No key fits: `/keys list` takes the same filters.'}`,
    );
  }
  const owners = new Set(taken.map(({ ownerId }) => ownerId).filter((owner) => owner !== null));
  const unowned = taken.filter(({ ownerId }) => ownerId === null).length;
  const joined = taken.filter(({ isJoined }) => isJoined).length;
  const lines = [
    `*${campaignName(aim)}: ${plural(taken.length, 'key')}*\n${namesText(
      taken.map(({ slug }) => slug),
      20,
    )}`,
    `Asks ${owners.size === 0 ? 'nobody' : [...owners].slice(0, 20).map(mention).join(', ')}${owners.size > 20 ? ` and ${owners.size - 20} more` : ''}.${unowned === 0 ? '' : ` ${plural(unowned, 'key')} without an owner ${unowned === 1 ? 'goes' : 'go'} to the responders.`}${joined === 0 ? '' : ` ${plural(joined, 'rotation')} that ${joined === 1 ? 'is' : 'are'} open already ${joined === 1 ? 'joins' : 'join'}.`}`,
    `It should be through in ${plural(dueDays, 'day')}. ${isAutomatic ? 'What Keysteward can do by itself, it does.' : 'Nothing is changed at a provider without a click.'} The old keys work until they are stopped.`,
    ...(skipped === null ? [] : [skipped]),
  ];
  return {
    type: 'modal',
    callback_id: START_MODAL,
    title: plain(START_TITLE),
    submit: plain('Start'),
    close: plain('Cancel'),
    private_metadata: JSON.stringify(aim),
    blocks: lines.map(section),
  };
}

/** Asks why it ends. */
export function endCampaignModal(campaign: CampaignAim & { readonly id: string }, isRunning: boolean): View {
  const words = isRunning
    ? `*${campaignName(campaign)} ends now.* Rotations that were begun go on in its thread, nobody is reminded of them any more, and the report is posted.`
    : `*${campaignName(campaign)} is not started.* The calendar goes on with the next one.`;
  return {
    type: 'modal',
    callback_id: END_MODAL,
    title: plain(END_TITLE),
    submit: plain('End'),
    close: plain('Back'),
    private_metadata: encodeCampaignButton({ campaignId: campaign.id, owner: null }),
    blocks: [section(words), reasonInput('a release freeze')],
  };
}

/** Which key gets a message of its own. */
export function pickKeyModal(metadata: string, rows: readonly MemberRow[]): View {
  const options = rows
    .toSorted(byNeed)
    .slice(0, OPTIONS_MAX)
    .flatMap(({ member }) =>
      member.rotationId === null ? [] : [{ text: plain(plainForeign(member.slug, 70)), value: member.rotationId }],
    );
  if (options.length === 0) return noticeModal(PICK_TITLE, 'Every key has a message of its own already.');
  return {
    type: 'modal',
    callback_id: PICK_MODAL,
    title: plain(PICK_TITLE),
    submit: plain('Open'),
    close: plain('Cancel'),
    private_metadata: metadata,
    blocks: [
      {
        type: 'input',
        block_id: PICK_BLOCK,
        label: plain('Key'),
        element: { type: 'static_select', action_id: INPUT, options },
      },
    ],
  };
}
