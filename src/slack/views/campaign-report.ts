import type { Campaign } from '../../domain/campaign.ts';
import type { CampaignReport } from '../../domain/campaign-report.ts';
import { formatLength, plural } from '../../domain/time.ts';
import type { Place } from '../../services/rotation/rotation-link.ts';
import { answer, type Rendered, sections, TEXT_MAX } from './blocks.ts';
import { campaignName, namesText } from './campaign-words.ts';
import { actorMention, capped, dayAndTime, escaped, foreign, type Locale, mention, messageLink } from './text.ts';

const LINES_MAX = 12;
const NAMES_SHOWN = 10;

/** What a campaign came to: who, what, how long, what was in the way, and what could go by itself. */
export function campaignReportView(campaign: Campaign, report: CampaignReport, isOver: boolean): Rendered {
  const name = campaignName(campaign);
  const verdict = `${isOver ? 'Report' : 'So far'}: ${name}, ${report.done} of ${plural(report.keys, 'key')} done in ${formatLength(report.lengthMs)}, ${plural(report.reminders, 'reminder')}.`;
  const lines = [
    ...part(
      'Who',
      report.owners.map(
        ({ ownerId, keys, done }) => `${ownerId === null ? 'nobody’s' : mention(ownerId)}: ${done} of ${keys}`,
      ),
    ),
    ...part(
      'How long each step took',
      report.steps.map(
        ({ step, medianMs, longestMs, count, byKeysteward }) =>
          `${step}: usually ${formatLength(medianMs)}, ${formatLength(longestMs)} at most${byKeysteward === 0 ? '' : `, ${byKeysteward} of ${count} by Keysteward`}`,
      ),
    ),
    ...part(
      'Not through',
      report.open.map(({ slug, step }) => `${escaped(slug)}: ${step}`),
    ),
    ...part(
      'Blocked',
      report.blocked.map(
        ({ slug, step, reason, lengthMs }) =>
          `${escaped(slug)}, ${step}, for ${formatLength(lengthMs)}: ${foreign(reason, 120)}`,
      ),
    ),
    ...part(
      'Done or skipped with a reason',
      report.overrides.map(
        ({ slug, step, by, reason }) => `${escaped(slug)}, ${step}, ${actorMention(by)}: ${foreign(reason, 120)}`,
      ),
    ),
    ...part(
      'Cancelled',
      report.cancelled.map(({ slug, reason }) => `${escaped(slug)}: ${foreign(reason, 120)}`),
    ),
    ...(report.skipped.length === 0
      ? []
      : [
          `*Left out* ${plural(report.skipped.length, 'key')}: ${namesText(
            report.skipped.map(({ slug }) => slug),
            NAMES_SHOWN,
          )}`,
        ]),
    ...part('Could go by itself the next time', automationLines(report)),
  ];
  return { text: capped([verdict, ...lines].join('\n'), TEXT_MAX), blocks: sections([`*${verdict}*`, ...lines]) };
}

/** What to set up so that people have less to do, the step that comes first first. */
function automationLines({ couldAutomate, withoutStore = [], withoutHook = [], keyless = [] }: CampaignReport) {
  const line = (slugs: readonly string[], words: string) =>
    slugs.length === 0 ? [] : [`${namesText(slugs, NAMES_SHOWN)}: ${words}`];
  return [
    ...line(
      couldAutomate,
      'the provider lets Keysteward make the keys. Allow it to change keys, and give it a secret store.',
    ),
    ...line(withoutStore, 'people stored the values. Name a secret store for them under `secrets` in policy.yml.'),
    ...line(withoutHook, 'people rolled them out. Give their consumers a deploy hook under `redeploy` in policy.yml.'),
    ...keyless.flatMap(({ title, url, slugs }) =>
      line(slugs, `perhaps no key at all: <${url}|${escaped(title)}> (not checked for these).`),
    ),
  ];
}

/** Which campaigns there are. */
export function campaignListView(
  campaigns: readonly { readonly campaign: Campaign; readonly place: Place | null }[],
  locale: Locale,
): Rendered {
  if (campaigns.length === 0) {
    return answer(
      'There is no campaign yet. `/keys rotate campaign` starts one; `rotation.campaigns: true` in policy.yml lets the calendar do it.',
    );
  }
  const lines = campaigns.map(({ campaign, place }) => {
    const at = campaign.startedAt ?? campaign.startsAt;
    return `• ${messageLink(campaignName(campaign), place, locale)}: ${campaign.state}, ${dayAndTime(at, locale)}`;
  });
  const words = ['*Campaigns*', ...lines];
  return { text: capped(words.join('\n'), TEXT_MAX), blocks: sections(words) };
}

function part(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const more = lines.length > LINES_MAX ? [`• and ${lines.length - LINES_MAX} more`] : [];
  return [`*${title}*`, ...lines.slice(0, LINES_MAX).map((line) => `• ${line}`), ...more];
}
