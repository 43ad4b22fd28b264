import { approvalsTogether } from '../actions/approval-place.ts';
import { type ApprovalCard, describeApproval } from '../actions/describe-consent.ts';
import type { Deps } from '../deps.ts';

/** What was asked for at about the same time in a campaign, the oldest first, decided ones included. */
export async function describeAsks(
  deps: Pick<Deps, 'store' | 'providers' | 'policy'>,
  asks: { readonly campaignId: string; readonly batch: number },
): Promise<readonly ApprovalCard[]> {
  const cards: ApprovalCard[] = [];
  for (const { id } of await approvalsTogether(deps.store.read, asks)) {
    const card = await describeApproval(deps, id);
    if (card !== undefined) cards.push(card);
  }
  return cards;
}
