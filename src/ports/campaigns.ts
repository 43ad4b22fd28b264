import type { Campaign, CampaignMember } from '../domain/campaign.ts';

export interface CampaignRepo {
  insert(campaign: Campaign): Promise<void>;
  update(campaign: Campaign): Promise<void>;
  get(id: string): Promise<Campaign | undefined>;
  /** Neither done nor cancelled, the earliest first. */
  standing(): Promise<readonly Campaign[]>;
  /** Those that are over, the newest first. */
  closed(limit: number): Promise<readonly Campaign[]>;

  insertMembers(members: readonly CampaignMember[]): Promise<void>;
  updateMember(member: CampaignMember): Promise<void>;
  /** By slug. */
  members(campaignId: string): Promise<readonly CampaignMember[]>;
  /** In a campaign that runs. */
  memberOf(rotationId: string): Promise<CampaignMember | undefined>;
  /** Of running campaigns, whose next reminder is due. */
  membersToRemind(now: number): Promise<readonly CampaignMember[]>;
  nextReminderAt(): Promise<number | null>;
  /** How many keys wait for the beginning of their rotation, and how many for its end. */
  left(campaignId: string): Promise<{ readonly waiting: number; readonly open: number }>;
  waiting(campaignId: string, limit: number): Promise<readonly CampaignMember[]>;
}
