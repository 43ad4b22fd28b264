import type { GrantTold } from '../domain/grant.ts';
import { placeOfApproval } from '../services/actions/approval-place.ts';
import { describeApproval } from '../services/actions/describe-consent.ts';
import { APPROVAL_KIND } from '../services/actions/settle-approval.ts';
import type { Deps } from '../services/deps.ts';
import { NOTICE_CALL, NOTICE_TO } from '../services/notices/announce-notice.ts';
import { describeNotice } from '../services/notices/describe-notice.ts';
import { OWNER_MESSAGE, ownerMessageOf } from '../services/owners/tell-owner.ts';
import { adminKeyRenderer } from './admin-key-renderer.ts';
import { alertEventRenderer, alertRenderer, ownerQuestionRenderer } from './alert-renderers.ts';
import { rootOfApproval } from './approval-thread.ts';
import { campaignChannelRenderers, campaignDirectRenderers } from './campaign-renderers.ts';
import { digestChannelRenderers, digestDirectRenderers } from './digest-renderers.ts';
import { directRenderer } from './direct-copy.ts';
import { holdRenderer, rollUpRenderer } from './hold-renderers.ts';
import { keyAuditRenderers } from './key-audit-renderers.ts';
import type { OutboxRenderer } from './outbox-renderer.ts';
import { departureRenderer, ownerAskRenderer } from './owner-renderers.ts';
import { rotationRenderers } from './rotation-renderers.ts';
import { staleChannelRenderers, staleDirectRenderers } from './stale-renderers.ts';
import { approvalView } from './views/approval.ts';
import { grantView } from './views/grant.ts';
import { noticeCallView, noticeView } from './views/notice.ts';
import { ownerMessageView } from './views/owner-message.ts';
import { mention } from './views/text.ts';

export type { Draft, OutboxRenderer, RenderContext } from './outbox-renderer.ts';

const noticeRenderer: OutboxRenderer = {
  kind: 'notice',
  async render({ deps, locale }, noticeId) {
    const card = await describeNotice(deps, noticeId);
    if (card === undefined) return null;
    return { ...noticeView(card, locale), channel: deps.policy.channels.alerts, inThreadOf: null };
  },
};

/** Under a notice; nobody is called any more when it is over by then. */
const noticeCallRenderer: OutboxRenderer = {
  kind: NOTICE_CALL,
  async render({ deps }, noticeId) {
    const card = await describeNotice(deps, noticeId);
    if (card === undefined || (card.kind === 'blind' && card.closedAt !== null)) return null;
    const { channels, roles } = deps.policy;
    const people = roles.responders.length > 0 ? roles.responders : roles.admins;
    const inThreadOf = { kind: 'notice', subjectId: noticeId };
    return { ...noticeCallView(card), channel: channels.alerts, inThreadOf, mentions: people.map(mention) };
  },
};

/** The same to one person, by `noticeId/userId`. */
const noticeToRenderer: OutboxRenderer = {
  kind: NOTICE_TO,
  async render(context, subject) {
    const [noticeId = '', userId = ''] = subject.split('/');
    const draft = await noticeRenderer.render(context, noticeId);
    return draft && { ...draft, channel: userId };
  },
};

const approvalRenderer: OutboxRenderer = {
  kind: APPROVAL_KIND,
  async render({ deps, locale }, approvalId) {
    const card = await describeApproval(deps, approvalId);
    if (card === undefined) return null;
    const inThreadOf = rootOfApproval(await placeOfApproval(deps.store.read, card.approval));
    // Only those who can still decide something are called.
    const mentions = card.approval.state === 'waiting' ? card.approverIds.map(mention) : [];
    const channel = deps.policy.channels.alerts;
    // It ends soon: a broken channel must not keep it from those who can approve.
    return { ...approvalView(card, locale), channel, inThreadOf, mentions, directTo: { ids: card.approverIds } };
  },
};

/** Who has become the owner of a key is told themselves; not any more when it is somebody else's by then. */
const ownerRenderer: OutboxRenderer = {
  kind: OWNER_MESSAGE,
  async render({ deps }, subjectId) {
    const message = ownerMessageOf(subjectId);
    const lineage = await deps.store.read.lineages.get(message.lineageId);
    if (lineage?.ownerSlackId !== message.ownerSlackId || lineage.ownerStanding !== 'confirmed') return null;
    return { ...ownerMessageView(lineage, message), channel: message.ownerSlackId, inThreadOf: null };
  },
};

/** To the one who changed a limit for a time; the subject names the event or the notice that tells it. */
const grantRenderer: OutboxRenderer = {
  kind: 'grant_dm',
  async render({ deps, locale }, subject) {
    const told = await grantTold(deps, subject);
    const userId = /^slack:[^/]*\/(.+)$/.exec(told?.by ?? '')?.[1];
    if (told === undefined || userId === undefined) return null;
    return { ...grantView(told, locale), channel: userId, inThreadOf: null };
  },
};

async function grantTold({ store }: Deps, subject: string): Promise<GrantTold | undefined> {
  const [kind = '', id = ''] = subject.split(':');
  if (kind === 'alert_event') return (await store.read.alerts.getEvent(id))?.detail as unknown as GrantTold | undefined;
  const notice = await store.read.notices.get(id);
  return notice?.kind === 'grant' ? notice.detail : undefined;
}

const channelRenderers: readonly OutboxRenderer[] = [
  alertRenderer,
  alertEventRenderer,
  noticeRenderer,
  noticeCallRenderer,
  ...rotationRenderers,
  ...campaignChannelRenderers,
  ...staleChannelRenderers,
  ...keyAuditRenderers,
  ...digestChannelRenderers,
  noticeToRenderer,
  approvalRenderer,
  rollUpRenderer,
  departureRenderer,
];

export const outboxRenderers: readonly OutboxRenderer[] = [
  ...channelRenderers,
  ownerQuestionRenderer,
  ownerRenderer,
  ownerAskRenderer,
  grantRenderer,
  adminKeyRenderer,
  holdRenderer,
  ...campaignDirectRenderers,
  ...staleDirectRenderers,
  ...digestDirectRenderers,
  directRenderer(channelRenderers),
];
