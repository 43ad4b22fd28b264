import { hangs } from '../../domain/action.ts';
import { type Campaign, isClosed } from '../../domain/campaign.ts';
import type { DigestCampaign, DigestRotations } from '../../domain/digest/card.ts';
import type { UsageRange } from '../../ports/usage-prices.ts';
import { CAMPAIGN_REPORT } from '../campaigns/announce-campaign.ts';
import type { ChooseDeps } from '../campaigns/choose-campaign.ts';
import { describeCampaign, listCampaigns } from '../campaigns/describe-campaign.ts';
import { pendingRevocations } from '../rotation/describe-end.ts';

/** Of those that are over: more than so many do not end in a week. */
const CLOSED = 5;

interface Asked {
  readonly range: UsageRange;
  readonly slugOf: (lineageId: string) => string;
  /** Keys whose turn is over, as the score counts them. */
  readonly keysOverdue: number;
}

export interface RotationFacts extends DigestRotations {
  /** Ends that were tried in vain, by key. */
  readonly hangingKeyIds: readonly string[];
}

/** What was rotated in a week and what still has to be; drills are no rotations. */
export async function readRotations(deps: ChooseDeps, { range, slugOf, keysOverdue }: Asked): Promise<RotationFacts> {
  const { rotations } = deps.store.read;
  const real = ({ kind }: { readonly kind: string }) => kind !== 'drill';
  const closed = (await rotations.closedSince(range.from))
    .filter(real)
    .filter(({ closedAt }) => (closedAt ?? 0) < range.to);
  const open = (await rotations.allOpen()).filter(real);
  const late = open.filter(({ dueAt }) => dueAt !== null && dueAt < deps.clock.now());
  const pending = await pendingRevocations(deps);
  return {
    done: closed.filter(({ state }) => state === 'done').length,
    cancelled: closed.filter(({ state }) => state === 'cancelled').length,
    open: open.length,
    overdue: Math.max(keysOverdue, late.length),
    pending: pending.map(({ action, key }) => ({
      slug: slugOf(key.lineageId),
      since: action.requestedAt,
      hangs: hangs(action),
    })),
    campaigns: await campaignsOf(deps, range),
    hangingKeyIds: pending.filter(({ action }) => hangs(action)).map(({ key }) => key.id),
  };
}

async function campaignsOf(deps: ChooseDeps, { from }: UsageRange): Promise<readonly DigestCampaign[]> {
  const told = (await listCampaigns(deps, { closed: CLOSED })).filter((one) => isTold(one, from));
  const found: DigestCampaign[] = [];
  for (const { id, environment, filter, state, startsAt, dueAt, closedAt } of told) {
    const card = await describeCampaign(deps, id);
    if (card === undefined) continue;
    const { done, keys, overdue } = card.counts;
    const report = await deps.store.read.messages.get(CAMPAIGN_REPORT, id);
    const at = report ?? card.place;
    const place = at === null ? null : { channel: at.channel, ts: at.ts };
    found.push({ environment, filter, state, startsAt, dueAt, closedAt, done, keys, overdue, place });
  }
  return found;
}

/** One that is only planned is on the calendar, and no news. */
function isTold(campaign: Campaign, from: number): boolean {
  if (campaign.state === 'planned') return false;
  return !isClosed(campaign) || (campaign.startedAt !== null && (campaign.closedAt ?? 0) >= from);
}
