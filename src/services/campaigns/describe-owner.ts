import type { MemberRow } from '../../domain/campaign.ts';
import { zoneDayText } from '../../domain/time.ts';
import type { Deps } from '../deps.ts';
import type { Place } from '../rotation/rotation-link.ts';
import { CAMPAIGN_KEY, CAMPAIGN_KIND, keySubject, NOBODY } from './announce-campaign.ts';
import { rowsOf } from './close-campaign.ts';
import type { CampaignCard } from './describe-campaign.ts';
import { type NextRung, nextRungOf } from './next-rung.ts';

type OwnerDeps = Pick<Deps, 'store' | 'policy' | 'clock'>;

/** What waits for one person, campaign by campaign. */
export interface OwnerShare {
  readonly campaign: CampaignCard['campaign'];
  readonly rows: readonly MemberRow[];
  readonly place: Place | null;
  readonly places: ReadonlyMap<string, Place>;
  /** The earliest of the ladders of its keys; null: nobody is reminded. */
  readonly nextRung: NextRung | null;
}

/** The keys of one owner in a campaign; `none` for those that nobody owns. */
export async function describeOwner(
  deps: OwnerDeps,
  { campaignId, owner }: { readonly campaignId: string; readonly owner: string },
): Promise<OwnerShare | undefined> {
  const { store } = deps;
  const { campaigns, messages } = store.read;
  const campaign = await campaigns.get(campaignId);
  if (campaign === undefined) return undefined;
  const rows = (await rowsOf(store.read, campaignId)).filter(
    ({ member }) => member.state !== 'skipped' && (member.ownerId ?? NOBODY) === owner,
  );
  const rungs = await Promise.all(rows.map(({ member }) => nextRungOf(deps, member)));
  const ahead = rungs.filter((one) => one !== null).toSorted((a, b) => a.at - b.at);
  const prefix = keySubject(campaignId, '');
  const shown = await messages.about(CAMPAIGN_KEY, prefix);
  return {
    campaign,
    rows,
    place: (await messages.get(CAMPAIGN_KIND, campaignId)) ?? null,
    places: new Map(shown.map((message) => [message.subjectId.slice(prefix.length), message])),
    nextRung: ahead[0] ?? null,
  };
}

/** Everything that waits for a person today, of every campaign that runs. */
export async function describeToday(deps: OwnerDeps, owner: string): Promise<readonly OwnerShare[]> {
  const running = (await deps.store.read.campaigns.standing()).filter(({ state }) => state === 'running');
  const shares: OwnerShare[] = [];
  for (const { id } of running) {
    const share = await describeOwner(deps, { campaignId: id, owner });
    const rows = share?.rows.filter(({ rotation }) => rotation?.state === 'open') ?? [];
    if (share !== undefined && rows.length > 0) shares.push({ ...share, rows });
  }
  return shares;
}

/** A reminder that was meant for another day says nothing any more. */
export function isToday({ clock, policy }: Pick<Deps, 'clock' | 'policy'>, day: string): boolean {
  return zoneDayText(clock.now(), policy.calendar.timeZone) === day;
}
