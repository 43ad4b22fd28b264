import { isClosed } from '../../../domain/campaign.ts';
import { parseKeyQuery } from '../../../domain/key-query.ts';
import { CALENDAR_ENVIRONMENTS } from '../../../domain/rotation-policy.ts';
import { CAMPAIGN_KIND } from '../../../services/campaigns/announce-campaign.ts';
import type { CampaignAim } from '../../../services/campaigns/choose-campaign.ts';
import { listCampaigns, readReport } from '../../../services/campaigns/describe-campaign.ts';
import type { SlackContext } from '../../context.ts';
import { answer, type Rendered } from '../../views/blocks.ts';
import { campaignListView, campaignReportView } from '../../views/campaign-report.ts';

const LISTED = 10;

/** `production`, or filters as for `/keys list`; nothing is production. */
export function aimOf({ deps }: Pick<SlackContext, 'deps'>, argument: string, askerId: string): CampaignAim {
  const typed = argument.toLowerCase();
  const environment = CALENDAR_ENVIRONMENTS.find((one) => one === typed || (typed.length > 2 && one.startsWith(typed)));
  if (argument === '') return { environment: 'production', filter: '' };
  if (environment !== undefined) return { environment, filter: '' };
  // `owner:me` is somebody else by the time that another person starts it.
  const filter = argument.replaceAll(/\bowner:me\b/gi, `owner:<@${askerId}>`);
  parseKeyQuery(filter, { currency: deps.policy.currency, askerId });
  return { environment: null, filter };
}

/** `report`: of the campaign that runs or was the last; with `all` or several at once the list. */
export async function reportAnswer({ deps, locale }: SlackContext, argument: string): Promise<Rendered> {
  const campaigns = await listCampaigns(deps, { closed: LISTED });
  if (argument !== '' && argument !== 'all') {
    const wanted = campaigns.filter(
      ({ id, environment }) => id === argument || environment?.startsWith(argument.toLowerCase()),
    );
    return (
      (await reportOn({ deps }, wanted)) ?? answer('There is no such campaign. `/keys rotate report all` lists them.')
    );
  }
  const begun = argument === '' ? await reportOn({ deps }, campaigns) : null;
  if (begun !== null) return begun;
  const places = await Promise.all(campaigns.map(({ id }) => deps.store.read.messages.get(CAMPAIGN_KIND, id)));
  return campaignListView(
    campaigns.map((campaign, index) => ({ campaign, place: places[index] ?? null })),
    locale,
  );
}

/** The one that runs first; else the last that has begun. */
async function reportOn(
  { deps }: Pick<SlackContext, 'deps'>,
  campaigns: Awaited<ReturnType<typeof listCampaigns>>,
): Promise<Rendered | null> {
  const begun = campaigns.filter(({ startedAt }) => startedAt !== null);
  const campaign = begun.find((one) => !isClosed(one)) ?? begun[0];
  const report = campaign === undefined ? null : await readReport(deps, campaign);
  return campaign === undefined || report === null
    ? null
    : campaignReportView(campaign, report, campaign.report !== null);
}
