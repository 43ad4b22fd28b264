import type { Actor } from '../../domain/actor.ts';
import type { CampaignMember } from '../../domain/campaign.ts';
import { groupBy } from '../../domain/collections.ts';
import type { Deps } from '../deps.ts';
import { CAMPAIGN_KEY, enqueue, keySubject, POST_GAP_MS, threadOf, touchOwner } from './announce-campaign.ts';
import { noCampaign } from './close-campaign.ts';

export interface ShowInput {
  readonly actor: Actor;
  readonly campaignId: string;
  readonly rotationIds: readonly string[];
}

/** Gives keys of a grouped campaign a message of their own in its thread. Those that have one keep it. */
export async function showKeys(
  deps: Pick<Deps, 'store' | 'clock' | 'ids' | 'policy'>,
  { campaignId, rotationIds }: ShowInput,
): Promise<readonly CampaignMember[]> {
  return deps.store.write(async (tx) => {
    const campaign = await tx.campaigns.get(campaignId);
    if (campaign === undefined) throw noCampaign(campaignId);
    const wanted = new Set(rotationIds);
    const hidden = (await tx.campaigns.members(campaignId)).filter(
      ({ rotationId, isShown }) => rotationId !== null && !isShown && wanted.has(rotationId),
    );
    for (const [index, member] of hidden.entries()) {
      await tx.campaigns.updateMember({ ...member, isShown: true });
      const subjectId = keySubject(campaignId, member.rotationId ?? '');
      const row = { kind: CAMPAIGN_KEY, subjectId, threadKey: threadOf(campaignId), inMs: index * POST_GAP_MS };
      await enqueue({ deps, tx }, row);
    }
    for (const ownerId of groupBy(hidden, (member) => member.ownerId).keys()) {
      await touchOwner({ deps, tx }, campaignId, ownerId);
    }
    return hidden;
  });
}
