import type { KnownBlock } from '@slack/types';
import { isClosed, type MemberRow } from '../../domain/campaign.ts';
import { plural } from '../../domain/time.ts';
import { NOBODY } from '../../services/campaigns/announce-campaign.ts';
import type { OwnerShare } from '../../services/campaigns/describe-owner.ts';
import { encodeCampaignButton } from '../campaign-button.ts';
import { actions, context, type Rendered, sections, TEXT_MAX } from './blocks.ts';
import { byNeed, campaignName, rowText, rungText } from './campaign-words.ts';
import { capped, dayAndTime, type Locale, mention, messageLink } from './text.ts';

// Sections of 3,000 characters: so many lines are three or four of them, far from 50 blocks.
const LINES_MAX = 40;
export const SHOWN_AT_ONCE = 5;

/** In a large campaign: all keys of one person, and buttons that open a key's own message below. */
export function campaignOwnerView(share: OwnerShare, owner: string, locale: Locale): Rendered {
  const { campaign, rows, places, nextRung } = share;
  const done = rows.filter(({ rotation }) => rotation?.state === 'done').length;
  const who = owner === NOBODY ? 'Keys that nobody owns' : `${mention(owner)}, your keys`;
  const verdict = `${who}: ${done} of ${plural(rows.length, 'key')} done.`;
  const ladder = isClosed(campaign) || nextRung === null ? [] : [rungText(nextRung, locale)];
  const lines = [...rowLines(rows, { places, locale }), ...ladder];
  const hidden = rows.filter(({ member, rotation }) => !member.isShown && rotation?.state === 'open');
  const blocks: KnownBlock[] = sections([`*${verdict}*`, ...lines]);
  if (!isClosed(campaign) && hidden.length > 0) {
    const value = encodeCampaignButton({ campaignId: campaign.id, owner });
    const next = Math.min(hidden.length, SHOWN_AT_ONCE);
    blocks.push(
      actions(`owner_${hidden.length}`, [
        {
          actionId: 'campaign_next',
          label: next === 1 ? 'Show the next key' : `Show the next ${next}`,
          value,
          style: 'primary',
        },
        { actionId: 'campaign_pick', label: 'Open a key…', value },
      ]),
    );
    blocks.push(context('Each opens a message of its own below, with the step that is next.'));
  }
  return { text: capped([verdict, ...lines].join('\n'), TEXT_MAX), blocks };
}

/** To one person, a week ahead. */
export function campaignAheadView({ campaign, rows, place }: AheadShare, locale: Locale): Rendered {
  const where = messageLink('The campaign', place, locale);
  const lines = [
    `*${plural(rows.length, 'key')} of yours will be rotated from ${dayAndTime(campaign.startsAt, locale)} on.* ${campaignName(campaign)}: ${where} is in the alert channel.`,
    rows
      .slice(0, LINES_MAX)
      .map((slug) => `• ${slug}`)
      .join('\n'),
    'Nothing is to be done before. Say who uses them with `/keys edit`, so that the redeploy misses nobody.',
  ];
  return { text: capped(lines.join('\n'), TEXT_MAX), blocks: sections(lines) };
}

export interface AheadShare extends Pick<OwnerShare, 'campaign' | 'place'> {
  /** Slugs, escaped. */
  readonly rows: readonly string[];
}

/** A day's reminder: everything that waits for one person. */
export function campaignTodayView(shares: readonly OwnerShare[], locale: Locale): Rendered {
  const keys = shares.reduce((sum, { rows }) => sum + rows.length, 0);
  const verdict = `${plural(keys, 'key')} of yours ${keys === 1 ? 'waits' : 'wait'} for the next step of ${keys === 1 ? 'its' : 'their'} rotation.`;
  const lines = shares.flatMap(({ campaign, rows, places, place }) => {
    const due = campaign.dueAt === null ? '' : `, due ${dayAndTime(campaign.dueAt, locale)}`;
    return [`*${messageLink(campaignName(campaign), place, locale)}*${due}`, ...rowLines(rows, { places, locale })];
  });
  const how = 'The messages in the thread have the buttons. *Blocked…* there stops reminders, as any progress does.';
  return {
    text: capped([verdict, ...lines, how].join('\n'), TEXT_MAX),
    blocks: [...sections([`*${verdict}*`, ...lines]), context(how)],
  };
}

/** In the thread: to the owner whom direct messages did not move. */
export function campaignNudgeView({ rows, places }: OwnerShare, owner: string, locale: Locale): Rendered {
  const lines = [
    `${mention(owner)}, ${plural(rows.length, 'key')} of yours ${rows.length === 1 ? 'waits' : 'wait'} for the next step:`,
    ...rowLines(rows, { places, locale }),
  ];
  return { text: capped(lines.join('\n'), TEXT_MAX), blocks: sections(lines) };
}

/** In the thread: to the responders, by owner. */
export function campaignCallView(
  shares: readonly { owner: string; share: Pick<OwnerShare, 'rows' | 'places'> }[],
  locale: Locale,
): Rendered {
  const keys = shares.reduce((sum, { share }) => sum + share.rows.length, 0);
  const verdict = `${plural(keys, 'key')} of this campaign ${keys === 1 ? 'does' : 'do'} not go on. Take them over with *More…*, or say what is in the way with *Blocked…*.`;
  const lines = shares.flatMap(({ owner, share: { rows, places } }) => [
    owner === NOBODY ? '*Nobody’s*' : `*${mention(owner)}*`,
    ...rowLines(rows, { places, locale }).slice(0, 10),
  ]);
  return {
    text: capped([verdict, ...lines].join('\n'), TEXT_MAX),
    blocks: sections([verdict, ...lines].slice(0, LINES_MAX * 2)),
  };
}

function rowLines(
  rows: readonly MemberRow[],
  { places, locale }: Pick<OwnerShare, 'places'> & { readonly locale: Locale },
): readonly string[] {
  const sorted = rows.toSorted(byNeed);
  const more = sorted.length > LINES_MAX ? [`and ${sorted.length - LINES_MAX} more`] : [];
  return [...sorted.slice(0, LINES_MAX).map((row) => rowText(row, places, locale)), ...more];
}
