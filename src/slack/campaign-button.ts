import { z } from 'zod';
import { buttonCodec } from './button-value.ts';

/** What a button or modal of a campaign carries. */
export interface CampaignButton {
  readonly campaignId: string;
  /** Whose keys it is about; null: the campaign as a whole. */
  readonly owner: string | null;
}

const codec = buttonCodec(z.strictObject({ c: z.string().max(64), o: z.string().max(32).nullable() }));

export function encodeCampaignButton({ campaignId, owner }: CampaignButton): string {
  return codec.encode({ c: campaignId, o: owner });
}

export function decodeCampaignButton(text: string): CampaignButton {
  const { c, o } = codec.decode(text);
  return { campaignId: c, owner: o };
}
