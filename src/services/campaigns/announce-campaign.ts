import { SECOND_MS } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

export interface CampaignContext {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

/** The outbox's names: the campaign's message, and what stands in its thread. */
export const CAMPAIGN_KIND = 'campaign';
export const CAMPAIGN_KEY = 'campaign_key';
export const CAMPAIGN_OWNER = 'campaign_owner';
export const CAMPAIGN_NUDGE = 'campaign_nudge';
export const CAMPAIGN_CALL = 'campaign_call';
export const CAMPAIGN_REPORT = 'campaign_report';
/** What waits for a second person, asked for at about the same time. */
export const CAMPAIGN_ASKS = 'campaign_asks';
/** Direct messages: that one is ahead, and what waits for somebody. */
export const CAMPAIGN_AHEAD = 'campaign_ahead';
export const CAMPAIGN_DM = 'campaign_dm';

/** In the place of an owner's id, for keys that nobody owns. */
export const NOBODY = 'none';

// Slack takes one message a second and channel: alerts need room between those of a campaign.
export const POST_GAP_MS = 1_500;
// People click fast and several at once: what they change is one edit of what counts them all.
const ROOT_EDIT_MS = 10 * SECOND_MS;
const OWNER_EDIT_MS = 5 * SECOND_MS;
const ASKS_EDIT_MS = 5 * SECOND_MS;

export function keySubject(campaignId: string, rotationId: string): string {
  return `${campaignId}:${rotationId}`;
}

export function ownerSubject(campaignId: string, ownerId: string | null): string {
  return `${campaignId}:${ownerId ?? NOBODY}`;
}

interface Row {
  readonly kind: string;
  readonly subjectId: string;
  readonly threadKey: string;
  readonly inMs?: number;
}

export async function enqueue({ deps, tx }: CampaignContext, { inMs = 0, ...row }: Row): Promise<void> {
  const createdAt = deps.clock.now();
  await tx.outbox.enqueue({ ...row, id: deps.ids.next('out'), createdAt, notBeforeAt: createdAt + inMs });
}

/** What is posted for the first time goes in one order: nothing can reply to a message that is not there yet. */
export function threadOf(campaignId: string): string {
  return `campaign:${campaignId}`;
}

/** The campaign's message, at once. */
export function postRoot(context: CampaignContext, campaignId: string): Promise<void> {
  return enqueue(context, { kind: CAMPAIGN_KIND, subjectId: campaignId, threadKey: threadOf(campaignId) });
}

/** The campaign's message once it stands there: at most one edit in so many seconds. */
export function touchRoot(context: CampaignContext, campaignId: string): Promise<void> {
  const threadKey = `${threadOf(campaignId)}:edit`;
  return enqueue(context, { kind: CAMPAIGN_KIND, subjectId: campaignId, threadKey, inMs: ROOT_EDIT_MS });
}

export function touchOwner(context: CampaignContext, campaignId: string, ownerId: string | null): Promise<void> {
  const subjectId = ownerSubject(campaignId, ownerId);
  const threadKey = `${threadOf(campaignId)}:${ownerId ?? NOBODY}`;
  return enqueue(context, { kind: CAMPAIGN_OWNER, subjectId, threadKey, inMs: OWNER_EDIT_MS });
}

/** One message for all that is asked together; people are called once, when it is posted. */
export function touchAsks(context: CampaignContext, asks: { campaignId: string; batch: number }): Promise<void> {
  const { campaignId, batch } = asks;
  const row = { kind: CAMPAIGN_ASKS, subjectId: `${campaignId}:${batch}`, threadKey: `${threadOf(campaignId)}:asks` };
  return enqueue(context, { ...row, inMs: ASKS_EDIT_MS });
}

export function touchKey(context: CampaignContext, subject: { campaignId: string; rotationId: string; inMs?: number }) {
  const { campaignId, rotationId, inMs = 0 } = subject;
  const threadKey = `rotation:${rotationId}`;
  return enqueue(context, { kind: CAMPAIGN_KEY, subjectId: keySubject(campaignId, rotationId), threadKey, inMs });
}
