import { groupBy } from '../domain/collections.ts';
import {
  CAMPAIGN_AHEAD,
  CAMPAIGN_ASKS,
  CAMPAIGN_CALL,
  CAMPAIGN_DM,
  CAMPAIGN_KEY,
  CAMPAIGN_KIND,
  CAMPAIGN_NUDGE,
  CAMPAIGN_OWNER,
  CAMPAIGN_REPORT,
  NOBODY,
} from '../services/campaigns/announce-campaign.ts';
import { describeAsks } from '../services/campaigns/describe-asks.ts';
import { describeCampaign } from '../services/campaigns/describe-campaign.ts';
import { describeKey } from '../services/campaigns/describe-key.ts';
import { describeOwner, describeToday, isToday, type OwnerShare } from '../services/campaigns/describe-owner.ts';
import type { Deps } from '../services/deps.ts';
import type { OutboxRenderer } from './outbox-renderer.ts';
import { campaignView } from './views/campaign.ts';
import { campaignAsksView } from './views/campaign-asks.ts';
import { campaignKeyView } from './views/campaign-key.ts';
import {
  campaignAheadView,
  campaignCallView,
  campaignNudgeView,
  campaignOwnerView,
  campaignTodayView,
} from './views/campaign-owner.ts';
import { campaignReportView } from './views/campaign-report.ts';
import { escaped, mention } from './views/text.ts';

const rootRenderer: OutboxRenderer = {
  kind: CAMPAIGN_KIND,
  async render({ deps, locale }, campaignId) {
    const card = await describeCampaign(deps, campaignId);
    if (card === undefined) return null;
    const isPinned = card.campaign.state === 'running';
    return { ...campaignView(card, locale), channel: deps.policy.channels.alerts, inThreadOf: null, isPinned };
  },
};

const keyRenderer: OutboxRenderer = {
  kind: CAMPAIGN_KEY,
  async render({ deps, locale }, subject) {
    const [campaignId = '', rotationId = ''] = subject.split(':');
    const key = await describeKey(deps, { campaignId, rotationId });
    return key === undefined ? null : { ...campaignKeyView(key, locale), ...inThread(deps, campaignId) };
  },
};

const ownerRenderer: OutboxRenderer = {
  kind: CAMPAIGN_OWNER,
  async render({ deps, locale }, subject) {
    const [campaignId = '', owner = ''] = subject.split(':');
    const share = await describeOwner(deps, { campaignId, owner });
    if (share === undefined) return null;
    return { ...campaignOwnerView(share, owner, locale), ...inThread(deps, campaignId) };
  },
};

/** Everybody who can decide one of them is called when it is posted. */
const asksRenderer: OutboxRenderer = {
  kind: CAMPAIGN_ASKS,
  async render({ deps, locale }, subject) {
    const [campaignId = '', batch = ''] = subject.split(':');
    const cards = await describeAsks(deps, { campaignId, batch: Number(batch) });
    if (cards.length === 0) return null;
    const waiting = cards.filter(({ approval }) => approval.state === 'waiting');
    const ids = [...new Set(waiting.flatMap(({ approverIds }) => approverIds))];
    const view = campaignAsksView(cards, locale);
    return { ...view, ...inThread(deps, campaignId), mentions: ids.map(mention), directTo: { ids } };
  },
};

const reportRenderer: OutboxRenderer = {
  kind: CAMPAIGN_REPORT,
  async render({ deps }, campaignId) {
    const campaign = await deps.store.read.campaigns.get(campaignId);
    if (campaign === undefined || campaign.report === null) return null;
    return { ...campaignReportView(campaign, campaign.report, true), ...inThread(deps, campaignId) };
  },
};

/** Only keys that still wait for somebody: progress since then takes it back. */
function waitingOf(share: OwnerShare): OwnerShare {
  const rows = share.rows.filter(({ member, rotation }) => rotation?.state === 'open' && member.rung > 0);
  return { ...share, rows };
}

const nudgeRenderer: OutboxRenderer = {
  kind: CAMPAIGN_NUDGE,
  async render({ deps, locale }, subject) {
    const [campaignId = '', owner = '', day = ''] = subject.split(':');
    const share = await describeOwner(deps, { campaignId, owner });
    const waiting = share && waitingOf(share);
    if (waiting === undefined || waiting.rows.length === 0 || !isToday(deps, day)) return null;
    return { ...campaignNudgeView(waiting, owner, locale), ...inThread(deps, campaignId) };
  },
};

const callRenderer: OutboxRenderer = {
  kind: CAMPAIGN_CALL,
  async render({ deps, locale }, subject) {
    const [campaignId = '', day = ''] = subject.split(':');
    const card = await describeCampaign(deps, campaignId);
    if (card === undefined || !isToday(deps, day)) return null;
    const waiting = card.rows.filter(({ member, rotation }) => rotation?.state === 'open' && member.rung > 0);
    if (waiting.length === 0) return null;
    const groups = groupBy(waiting, ({ member }) => member.ownerId ?? NOBODY);
    const shares = [...groups].map(([owner, rows]) => ({ owner, share: { ...card, rows } }));
    const { responders, admins } = deps.policy.roles;
    const people = responders.length > 0 ? responders : admins;
    return { ...campaignCallView(shares, locale), ...inThread(deps, campaignId), mentions: people.map(mention) };
  },
};

/** To one owner, in their own hours, when one is announced. */
const aheadRenderer: OutboxRenderer = {
  kind: CAMPAIGN_AHEAD,
  async render({ deps, locale }, subject) {
    const [campaignId = '', owner = ''] = subject.split('/');
    const card = await describeCampaign(deps, campaignId);
    // It has begun, or is cancelled: the thread says more.
    if (card === undefined || card.campaign.state !== 'announced') return null;
    const rows = card.ahead.filter(({ skip, ownerId }) => skip === null && ownerId === owner);
    if (rows.length === 0) return null;
    const share = { campaign: card.campaign, place: card.place, rows: rows.map(({ slug }) => escaped(slug)) };
    return { ...campaignAheadView(share, locale), channel: owner, inThreadOf: null };
  },
};

const todayRenderer: OutboxRenderer = {
  kind: CAMPAIGN_DM,
  async render({ deps, locale }, subject) {
    const [owner = '', day = ''] = subject.split('/');
    if (!isToday(deps, day)) return null;
    const shares = (await describeToday(deps, owner)).map(waitingOf).filter(({ rows }) => rows.length > 0);
    if (shares.length === 0) return null;
    return { ...campaignTodayView(shares, locale), channel: owner, inThreadOf: null };
  },
};

export const campaignChannelRenderers: readonly OutboxRenderer[] = [
  rootRenderer,
  keyRenderer,
  ownerRenderer,
  asksRenderer,
  reportRenderer,
  nudgeRenderer,
  callRenderer,
];

export const campaignDirectRenderers: readonly OutboxRenderer[] = [aheadRenderer, todayRenderer];

function inThread({ policy }: Pick<Deps, 'policy'>, campaignId: string) {
  return { channel: policy.channels.alerts, inThreadOf: { kind: CAMPAIGN_KIND, subjectId: campaignId } };
}
