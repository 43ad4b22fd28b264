import type { KnownBlock } from '@slack/types';
import { blockedStep, type Campaign, isClosed, shareDone } from '../../domain/campaign.ts';
import { groupBy } from '../../domain/collections.ts';
import { formatLength, plural } from '../../domain/time.ts';
import { REASON_MAX } from '../../services/actions/record-request.ts';
import type { CampaignCard } from '../../services/campaigns/describe-campaign.ts';
import { encodeCampaignButton } from '../campaign-button.ts';
import { actions, type ButtonSpec, context, type Rendered, sections, TEXT_MAX } from './blocks.ts';
import { blockedText, campaignName, namesText, skippedText } from './campaign-words.ts';
import { shareBar } from './rotation-words.ts';
import { actorMention, capped, dayAndTime, escaped, foreign, type Locale, mention } from './text.ts';

const BLOCKED_MAX = 5;
const OWNERS_MAX = 20;

/** The one message of a campaign, as it should look now. */
export function campaignView(card: CampaignCard, locale: Locale): Rendered {
  const verdict = verdictOf(card, locale);
  const lines = linesOf(card, locale);
  const footer = footerOf(card.campaign, locale);
  const blocks: KnownBlock[] = sections([`*${verdict}*`, ...lines]);
  const buttons = buttonsOf(card.campaign);
  if (buttons.length > 0) blocks.push(actions(`campaign_${card.campaign.revision}`, buttons));
  blocks.push(context(footer));
  return { text: capped([verdict, ...lines, footer].join('\n'), TEXT_MAX), blocks };
}

function verdictOf({ campaign, counts, ahead, now }: CampaignCard, locale: Locale): string {
  const name = campaignName(campaign);
  const { startedAt, closedAt } = campaign;
  switch (campaign.state) {
    case 'planned':
    case 'announced': {
      const keys = ahead.filter(({ skip }) => skip === null).length;
      return `${name} begins ${dayAndTime(campaign.startsAt, locale)}: ${plural(keys, 'key')}.`;
    }
    case 'running':
      return `${name}: ${counts.done} of ${plural(counts.keys, 'key')} done${overdueText(counts.overdue)}.`;
    case 'done':
      return `${name} is over: ${counts.done} of ${plural(counts.keys, 'key')} done in ${formatLength((closedAt ?? now) - (startedAt ?? now))}.`;
    case 'cancelled':
      return startedAt === null
        ? `${name} of ${dayAndTime(campaign.startsAt, locale)} is cancelled.`
        : `${name} was cancelled with ${counts.done} of ${plural(counts.keys, 'key')} done.`;
  }
}

function overdueText(overdue: number): string {
  return overdue === 0 ? '' : `, ${overdue} overdue`;
}

function linesOf(card: CampaignCard, locale: Locale): readonly string[] {
  const { campaign, counts, rows } = card;
  if (campaign.startedAt === null) return isClosed(campaign) ? closeLines(campaign) : aheadLines(card);
  const skipped = skippedText(rows.map(({ member }) => member).filter(({ skip }) => skip !== null));
  const parts = [
    `${counts.open} open`,
    ...(counts.blocked > 0 ? [`${counts.blocked} blocked`] : []),
    ...(counts.paused > 0 ? [`${counts.paused} paused`] : []),
    ...(counts.cancelled > 0 ? [`${counts.cancelled} cancelled`] : []),
  ];
  const deadline = deadlineText(card, locale);
  const blocked = rows.filter(({ rotation }) => rotation?.state === 'open' && blockedStep(rotation) !== null);
  const more = blocked.length > BLOCKED_MAX ? [`• and ${blocked.length - BLOCKED_MAX} more`] : [];
  return [
    `${shareBar(shareDone(rows))}  ${parts.join(' · ')}${isClosed(campaign) ? '' : ` · ${deadline}`}`,
    ...(campaign.lateMs === 0 ? [] : [lateText(campaign, locale)]),
    ...closeLines(campaign),
    ...(blocked.length === 0
      ? []
      : ['*Blocked*', ...blocked.slice(0, BLOCKED_MAX).map((row) => `• ${blockedText(row)}`), ...more]),
    ...(isClosed(campaign)
      ? []
      : [
          ownersText(
            rows.flatMap(({ member, rotation }) =>
              member.state === 'skipped' || (rotation !== null && rotation.state !== 'open') ? [] : [member.ownerId],
            ),
          ),
        ]),
    ...(skipped === null ? [] : [skipped]),
  ];
}

/** The due date and the next end of a grace, as far as there are such; what comes first stands first. */
function deadlineText({ campaign: { dueAt }, rows, now }: CampaignCard, locale: Locale): string {
  const finals = rows.flatMap(({ rotation }) => (rotation?.state === 'open' ? (rotation.finalAt ?? []) : []));
  const next = finals.filter((at) => at > now).toSorted((a, b) => a - b)[0];
  const due = dueAt === null ? null : `${now > dueAt ? 'was due' : 'due'} ${dayAndTime(dueAt, locale)}`;
  const end = next === undefined ? null : `next old key ends ${dayAndTime(next, locale)}`;
  const isEndFirst = next !== undefined && dueAt !== null && now <= dueAt && next < dueAt;
  return (isEndFirst ? [end, due] : [due, end]).filter((part) => part !== null).join(' · ');
}

function lateText({ startsAt, lateMs }: Campaign, locale: Locale): string {
  return `It began ${formatLength(lateMs)} late: Keysteward was not running at ${dayAndTime(startsAt, locale)}.`;
}

function closeLines({ closedBy, closeReason }: Campaign): readonly string[] {
  return closedBy === null || closeReason === null
    ? []
    : [`${actorMention(closedBy)}: ${foreign(closeReason, REASON_MAX)}`];
}

function aheadLines({ campaign, ahead }: CampaignCard): readonly string[] {
  const taken = ahead.filter(({ skip }) => skip === null);
  const skipped = skippedText(ahead.filter(({ skip }) => skip !== null));
  const moved =
    campaign.moved === null ? [] : [`Moved from ${escaped(campaign.moved.from)}: ${foreign(campaign.moved.why)}.`];
  return [
    ...moved,
    `Keys: ${namesText(
      taken.map(({ slug }) => slug),
      10,
    )}`,
    ownersText(taken.map(({ ownerId }) => ownerId)),
    ...(skipped === null ? [] : [skipped]),
    'Each gets a new key before the old one is stopped. Owners are asked step by step in this thread.',
  ];
}

/** `With: @ana 4, @ben 2, nobody’s 1`. */
function ownersText(owners: readonly (string | null)[]): string {
  const groups = [...groupBy(owners, (owner) => owner)].toSorted(([, a], [, b]) => b.length - a.length);
  const shown = groups
    .slice(0, OWNERS_MAX)
    .map(([owner, keys]) => `${owner === null ? 'nobody' : mention(owner)} ${keys.length}`);
  const more = groups.length > OWNERS_MAX ? ` and ${groups.length - OWNERS_MAX} more people` : '';
  return `*With* ${shown.join(', ') || 'nobody'}${more}`;
}

function buttonsOf(campaign: Campaign): readonly ButtonSpec[] {
  const value = encodeCampaignButton({ campaignId: campaign.id, owner: null });
  const name = campaignName(campaign);
  const spec = (actionId: string, label: string): ButtonSpec => ({
    actionId,
    label,
    value,
    accessibilityLabel: `${label.replace('…', '')}: ${name}`,
  });
  if (isClosed(campaign)) return campaign.report === null ? [] : [spec('campaign_report', 'Report')];
  if (campaign.state === 'running') return [spec('campaign_report', 'Report'), spec('campaign_end', 'End…')];
  return [spec('campaign_start', 'Start now…'), spec('campaign_end', 'Cancel…')];
}

function footerOf({ startedAt, startedBy, moved }: Campaign, locale: Locale): string {
  if (startedAt === null) return `by the calendar in policy.yml${moved === null ? '' : ', moved'}`;
  return `started by ${actorMention(startedBy ?? '')} ${dayAndTime(startedAt, locale)} · each key has its place in the thread`;
}
