import type { Kysely } from 'kysely';
import type { Campaign, CampaignMember, CampaignState, MemberState, SkipReason } from '../domain/campaign.ts';
import type { CalendarEnvironment } from '../domain/rotation-policy.ts';
import type { CampaignRepo } from '../ports/campaigns.ts';
import type { RepoContext } from './repo-context.ts';
import type { Database, NewRow, Row } from './schema.ts';

// One statement holds at most 32,766 values in SQLite, half of it in PostgreSQL's driver.
const MEMBERS_AT_ONCE = 500;

type Context = Pick<RepoContext, 'db' | 'wake'>;
type MemberMethod = Exclude<keyof CampaignRepo, 'insert' | 'update' | 'get' | 'standing' | 'closed'>;

export function campaignRepo({ db, wake }: Context): CampaignRepo {
  return {
    async insert(campaign) {
      await db.insertInto('campaigns').values(fromCampaign(campaign)).execute();
      wake('timers');
    },
    async update(campaign) {
      await db.updateTable('campaigns').set(fromCampaign(campaign)).where('id', '=', campaign.id).execute();
      wake('timers');
    },
    async get(id) {
      const row = await db.selectFrom('campaigns').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toCampaign(row);
    },
    async standing() {
      const query = db.selectFrom('campaigns').selectAll().where('state', 'in', ['planned', 'announced', 'running']);
      return (await query.orderBy('starts_at').orderBy('id').execute()).map(toCampaign);
    },
    async closed(limit) {
      const query = db.selectFrom('campaigns').selectAll().where('state', 'in', ['done', 'cancelled']);
      return (await query.orderBy('closed_at', 'desc').orderBy('id', 'desc').limit(limit).execute()).map(toCampaign);
    },
    ...memberMethods({ db, wake }),
  };
}

function memberMethods({ db, wake }: Context): Pick<CampaignRepo, MemberMethod> {
  const ofCampaign = (campaignId: string) =>
    db.selectFrom('campaign_members').selectAll().where('campaign_id', '=', campaignId).orderBy('slug');
  return {
    async insertMembers(members) {
      for (let from = 0; from < members.length; from += MEMBERS_AT_ONCE) {
        const rows = members.slice(from, from + MEMBERS_AT_ONCE).map(fromMember);
        await db.insertInto('campaign_members').values(rows).execute();
      }
      wake('timers');
    },
    async updateMember(member) {
      await db
        .updateTable('campaign_members')
        .set(fromMember(member))
        .where('campaign_id', '=', member.campaignId)
        .where('lineage_id', '=', member.lineageId)
        .execute();
      wake('timers');
    },
    members: async (campaignId) => (await ofCampaign(campaignId).execute()).map(toMember),
    async memberOf(rotationId) {
      const row = await running(db).where('campaign_members.rotation_id', '=', rotationId).executeTakeFirst();
      return row && toMember(row);
    },
    async membersToRemind(now) {
      return (await running(db).where('remind_at', '<=', now).orderBy('slug').execute()).map(toMember);
    },
    async nextReminderAt() {
      const row = await running(db)
        .clearSelect()
        .select((eb) => eb.fn.min('remind_at').as('at'))
        .executeTakeFirst();
      return row?.at === null || row?.at === undefined ? null : Number(row.at);
    },
    async left(campaignId) {
      const rows = await db
        .selectFrom('campaign_members')
        .select(['state', (eb) => eb.fn.countAll<number>().as('count')])
        .where('campaign_id', '=', campaignId)
        .groupBy('state')
        .execute();
      const countOf = (state: MemberState) => Number(rows.find((row) => row.state === state)?.count ?? 0);
      return { waiting: countOf('waiting'), open: countOf('open') };
    },
    async waiting(campaignId, limit) {
      return (await ofCampaign(campaignId).where('state', '=', 'waiting').limit(limit).execute()).map(toMember);
    },
  };
}

function running(db: Kysely<Database>) {
  return db
    .selectFrom('campaign_members')
    .innerJoin('campaigns', 'campaigns.id', 'campaign_members.campaign_id')
    .selectAll('campaign_members')
    .where('campaigns.state', '=', 'running');
}

function fromCampaign(campaign: Campaign): NewRow<'campaigns'> {
  return {
    id: campaign.id,
    environment: campaign.environment,
    filter: campaign.filter,
    state: campaign.state,
    starts_at: campaign.startsAt,
    moved_from: campaign.moved?.from ?? null,
    moved_why: campaign.moved?.why ?? null,
    announced_at: campaign.announcedAt,
    started_at: campaign.startedAt,
    started_by: campaign.startedBy,
    late_ms: campaign.lateMs,
    due_at: campaign.dueAt,
    is_grouped: campaign.isGrouped ? 1 : 0,
    closed_at: campaign.closedAt,
    closed_by: campaign.closedBy,
    close_reason: campaign.closeReason,
    report: campaign.report === null ? null : JSON.stringify(campaign.report),
    revision: campaign.revision,
  };
}

function toCampaign(row: Row<'campaigns'>): Campaign {
  return {
    id: row.id,
    environment: row.environment as CalendarEnvironment | null,
    filter: row.filter,
    state: row.state as CampaignState,
    startsAt: row.starts_at,
    moved: row.moved_from === null ? null : { from: row.moved_from, why: row.moved_why ?? '' },
    announcedAt: row.announced_at,
    startedAt: row.started_at,
    startedBy: row.started_by,
    lateMs: row.late_ms,
    dueAt: row.due_at,
    isGrouped: row.is_grouped === 1,
    closedAt: row.closed_at,
    closedBy: row.closed_by,
    closeReason: row.close_reason,
    report: row.report === null ? null : JSON.parse(row.report),
    revision: row.revision,
  };
}

function fromMember(member: CampaignMember): NewRow<'campaign_members'> {
  return {
    campaign_id: member.campaignId,
    lineage_id: member.lineageId,
    slug: member.slug,
    key_id: member.keyId,
    owner_id: member.ownerId,
    state: member.state,
    skip: member.skip,
    rotation_id: member.rotationId,
    is_joined: member.isJoined ? 1 : 0,
    is_shown: member.isShown ? 1 : 0,
    progress_at: member.progressAt,
    rung: member.rung,
    reminded: member.reminded,
    remind_at: member.remindAt,
    blocks: JSON.stringify(member.blocks),
  };
}

function toMember(row: Row<'campaign_members'>): CampaignMember {
  return {
    campaignId: row.campaign_id,
    lineageId: row.lineage_id,
    slug: row.slug,
    keyId: row.key_id,
    ownerId: row.owner_id,
    state: row.state as MemberState,
    skip: row.skip as SkipReason | null,
    rotationId: row.rotation_id,
    isJoined: row.is_joined === 1,
    isShown: row.is_shown === 1,
    progressAt: row.progress_at,
    rung: row.rung,
    reminded: row.reminded,
    remindAt: row.remind_at,
    blocks: JSON.parse(row.blocks),
  };
}
