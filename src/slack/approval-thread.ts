import type { ApprovalPlace } from '../services/actions/approval-place.ts';
import { CAMPAIGN_KIND } from '../services/campaigns/announce-campaign.ts';
import { rootOf } from '../services/rotation/rotation-link.ts';

/** The message under which a second person is asked; null: in the channel itself. */
export function rootOfApproval(place: ApprovalPlace): { readonly kind: string; readonly subjectId: string } | null {
  switch (place.kind) {
    case 'alert':
      return { kind: 'alert', subjectId: place.alertId };
    case 'rotation':
      return rootOf(place.rotation);
    case 'campaign':
      return { kind: CAMPAIGN_KIND, subjectId: place.campaignId };
    case 'channel':
      return null;
  }
}
