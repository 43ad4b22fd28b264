import { ALONE_PER_DAY } from '../../domain/approval.ts';
import { plural } from '../../domain/time.ts';
import { REASON_MAX } from '../../services/actions/record-request.ts';
import type { AudienceCard, BreakGlassCard } from '../../services/notices/describe-notice.ts';
import { ASKED } from './action-text.ts';
import type { Words } from './blocks.ts';
import { dayAndTime, escaped, foreign, type Locale, mention, mentionList } from './text.ts';

/** Somebody acted alone: who, what, why, and how often today. */
export function breakGlassWords({ detail, at, slug, alert, adminIds }: BreakGlassCard, locale: Locale): Words {
  const who = mention(detail.userId);
  const asked = ASKED[detail.kind].replace('the key', escaped(slug));
  const why =
    detail.because === 'critical_alert'
      ? `a critical alert is open${alert === null ? '' : ` (${alert})`}`
      : 'the key is public';
  const whom = adminIds.length === 0 ? '' : `${mentionList(adminIds)}: `;
  return {
    verdict: `:rotating_light: ${who} acted alone: asked to ${asked} without a second person.`,
    lines: [
      `Allowed because ${why}. Reason: ${foreign(detail.reason, REASON_MAX)}`,
      `${whom}please look whether it was right. It cannot be undone.`,
    ],
    footer: `${dayAndTime(at, locale)} · number ${detail.nth} of ${ALONE_PER_DAY} that one person has in a day`,
  };
}

/** Who reads along that should not. */
export function audienceWords({ detail, closedAt }: AudienceCard): Words {
  const channel = `<#${detail.channelId}>`;
  if (closedAt !== null) {
    return { verdict: `Only full members of this workspace read ${channel} again.`, lines: [], footer: null };
  }
  const { guestIds, isShared, setting = 'channels.alerts' } = detail;
  const what = setting === 'digest.channel' ? 'the weekly digest' : 'the alerts';
  const who = [
    ...(isShared ? ['it is shared with another organization'] : []),
    ...(guestIds.length === 0
      ? []
      : [`${plural(guestIds.length, 'guest')} ${guestIds.length === 1 ? 'is' : 'are'} in it: ${people(guestIds)}`]),
  ];
  return {
    verdict: `:warning: People outside of the company read ${what} in ${channel}: ${who.join('; ')}.`,
    lines: [
      `They see which keys there are, who owns them and what they cost; the buttons do nothing for them. Take them out of the channel, or name another one in policy.yml (${setting}).`,
    ],
    footer: null,
  };
}

const SHOWN = 5;

/** As mentions, which show a name: these messages go to admins only. */
function people(ids: readonly string[]): string {
  const shown = ids.slice(0, SHOWN).map(mention).join(', ');
  return ids.length > SHOWN ? `${shown} and ${ids.length - SHOWN} more` : shown;
}
