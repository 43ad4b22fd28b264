import { type Campaign, type CampaignCounts, countsOf, isClosed, type MemberRow } from '../../domain/campaign.ts';
import type { Choice } from '../../domain/campaign-members.ts';
import type { CampaignReport } from '../../domain/campaign-report.ts';
import type { ReminderPolicy } from '../../domain/rotation-policy.ts';
import type { Deps } from '../deps.ts';
import type { Place } from '../rotation/rotation-link.ts';
import { CAMPAIGN_KEY, CAMPAIGN_KIND, keySubject } from './announce-campaign.ts';
import { type ChooseDeps, chooseCampaign, turnOfCampaign } from './choose-campaign.ts';
import { reportOf, rowsOf } from './close-campaign.ts';

/** Everything that the messages of a campaign need. */
export interface CampaignCard {
  readonly now: number;
  readonly campaign: Campaign;
  readonly rows: readonly MemberRow[];
  readonly counts: CampaignCounts;
  /** Of one that is only announced: whom it will reach, as of now. */
  readonly ahead: readonly Choice[];
  /** Where a key's own message stands, by rotation; none where it has none. */
  readonly places: ReadonlyMap<string, Place>;
  readonly place: Place | null;
  readonly reminders: ReminderPolicy;
}

/** In a few reads, however many keys there are. */
export async function describeCampaign(deps: ChooseDeps, campaignId: string): Promise<CampaignCard | undefined> {
  const { campaigns, messages } = deps.store.read;
  const campaign = await campaigns.get(campaignId);
  if (campaign === undefined) return undefined;
  const now = deps.clock.now();
  const rows = await rowsOf(deps.store.read, campaignId);
  const prefix = keySubject(campaignId, '');
  const shown = await messages.about(CAMPAIGN_KEY, prefix);
  const isAhead = campaign.startedAt === null && !isClosed(campaign);
  return {
    now,
    campaign,
    rows,
    counts: countsOf(rows, now, campaign.dueAt),
    ahead: isAhead ? await chooseCampaign(deps, turnOfCampaign(campaign)) : [],
    places: new Map(shown.map((message) => [message.subjectId.slice(prefix.length), message])),
    place: (await messages.get(CAMPAIGN_KIND, campaignId)) ?? null,
    reminders: deps.policy.rotation.reminders,
  };
}

/** The campaigns that are under way or ahead, and the latest that are over. For the digest, the Home tab and `/keys`. */
export async function listCampaigns(
  { store }: Pick<Deps, 'store'>,
  { closed }: { readonly closed: number },
): Promise<readonly Campaign[]> {
  const { campaigns } = store.read;
  return [...(await campaigns.standing()), ...(await campaigns.closed(closed))];
}

/** The report that was kept, or how it stands now; null where it has not begun. */
export async function readReport(
  deps: ChooseDeps & Pick<Deps, 'ids'>,
  campaign: Campaign,
): Promise<CampaignReport | null> {
  if (campaign.report !== null || campaign.startedAt === null) return campaign.report;
  const rows = await rowsOf(deps.store.read, campaign.id);
  return reportOf({ deps, tx: deps.store.read }, { campaign, rows });
}
