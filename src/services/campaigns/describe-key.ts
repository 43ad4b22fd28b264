import { type Campaign, nextStep } from '../../domain/campaign.ts';
import type { Deps } from '../deps.ts';
import { type DescribeDeps, describeRotation, type RotationCard } from '../rotation/describe-rotation.ts';
import { readVerification, type Verification } from '../rotation/read-verification.ts';
import { linkOf, type Place } from '../rotation/rotation-link.ts';
import { type NextRung, nextRungOf } from './next-rung.ts';

/** A key of a campaign, for its one message in the thread. */
export interface CampaignKeyCard {
  readonly card: RotationCard;
  readonly campaign: Campaign;
  readonly reminded: number;
  /** Who is reminded next, and when; null for nobody. */
  readonly nextRung: NextRung | null;
  /** Where its own thread is: it was being rotated before the campaign began. */
  readonly elsewhere: Place | null;
  /** What both keys do, while that is what the next step looks at. */
  readonly traffic: Verification | null;
}

export async function describeKey(
  deps: DescribeDeps & Pick<Deps, 'policy' | 'clock'>,
  { campaignId, rotationId }: { readonly campaignId: string; readonly rotationId: string },
): Promise<CampaignKeyCard | undefined> {
  const { campaigns } = deps.store.read;
  const campaign = await campaigns.get(campaignId);
  const card = await describeRotation(deps, rotationId);
  if (campaign === undefined || card === undefined) return undefined;
  const member = await campaigns.memberOf(rotationId);
  const isWatched = card.rotation.state === 'open' && nextStep(card.rotation) === 'verify';
  return {
    card,
    campaign,
    reminded: member?.reminded ?? 0,
    nextRung: member === undefined ? null : await nextRungOf(deps, member),
    elsewhere: card.rotation.campaignId === campaignId ? null : (await linkOf(deps, card.rotation)).place,
    traffic: isWatched ? await readVerification(deps, card.rotation) : null,
  };
}
