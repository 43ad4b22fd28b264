import type { Approval } from '../../domain/approval.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { HOUR_MS } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';

// Requests that come close together are one message, which calls people once.
const BATCH_MS = 4 * HOUR_MS;

/** Where a second person is asked. In a campaign, which may have hundreds of requests, together with others. */
export type ApprovalPlace =
  | { readonly kind: 'alert'; readonly alertId: string }
  | { readonly kind: 'rotation'; readonly rotation: Rotation }
  | { readonly kind: 'campaign'; readonly campaignId: string; readonly batch: number }
  | { readonly kind: 'channel' };

type PlaceRepos = Pick<Repos, 'alerts' | 'keys' | 'rotations'>;

export async function placeOfApproval(repos: PlaceRepos, approval: Approval): Promise<ApprovalPlace> {
  const { alertId, kind, requestedAt } = approval;
  const alert = alertId === null ? undefined : await repos.alerts.get(alertId);
  // One that is told with others may have no message of its own to reply to.
  const hasThread = alertId !== null && (alert === undefined || alert.rollUp === null);
  if (hasThread && kind !== 'retire') return { kind: 'alert', alertId };
  const rotation = await rotationOf(repos, approval);
  if (rotation === undefined) return hasThread ? { kind: 'alert', alertId } : { kind: 'channel' };
  const { campaignId } = rotation;
  if (campaignId === null) return { kind: 'rotation', rotation };
  return { kind: 'campaign', campaignId, batch: Math.floor(requestedAt / BATCH_MS) };
}

/** The requests of a campaign that are shown together, the oldest first. */
export async function approvalsTogether(
  repos: PlaceRepos & Pick<Repos, 'approvals'>,
  { campaignId, batch }: { readonly campaignId: string; readonly batch: number },
): Promise<readonly Approval[]> {
  const all = await repos.approvals.requestedIn({ from: batch * BATCH_MS, to: (batch + 1) * BATCH_MS });
  const found: Approval[] = [];
  for (const approval of all) {
    const place = await placeOfApproval(repos, approval);
    if (place.kind === 'campaign' && place.campaignId === campaignId) found.push(approval);
  }
  return found;
}

/** The one whose old key it is about, and that had begun by then. */
async function rotationOf(
  { keys, rotations }: PlaceRepos,
  { keyId, params, requestedAt }: Approval,
): Promise<Rotation | undefined> {
  if (params !== null && 'rotationId' in params) return rotations.get(params.rotationId);
  const key = await keys.get(keyId);
  const rotation = key && (await rotations.latestOfLineage(key.lineageId));
  const isMeant = rotation?.oldKeyId === keyId && rotation.kind !== 'drill' && rotation.startedAt <= requestedAt;
  return isMeant ? rotation : undefined;
}
