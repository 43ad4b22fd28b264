import type { AlertEvent } from '../ports/store.ts';

import { describeApproval } from '../services/actions/describe-consent.ts';

import { describeAlert } from '../services/alerts/describe-alert.ts';
import type { Deps } from '../services/deps.ts';
import { NOTICE_TO } from '../services/notices/announce-notice.ts';
import { describeNotice } from '../services/notices/describe-notice.ts';
import { ROTATION_KIND } from '../services/rotation/rotation-link.ts';
import type { OutboxRenderer } from './outbox-renderer.ts';
import { rotationRenderers } from './rotation-renderers.ts';
import { alertView } from './views/alert.ts';
import { alertEventView } from './views/alert-event.ts';

import { approvalView } from './views/approval.ts';

import { noticeView } from './views/notice.ts';
import { type Locale, messageLink } from './views/text.ts';

export type { Draft, OutboxRenderer, RenderContext } from './outbox-renderer.ts';

const alertRenderer: OutboxRenderer = {
  kind: 'alert',
  async render({ deps, locale }, alertId) {
    const card = await describeAlert(deps, alertId);
    if (card === undefined) return null;
    return { ...alertView(card, locale), channel: deps.policy.channels.alerts, inThreadOf: null };
  },
};

const alertEventRenderer: OutboxRenderer = {
  kind: 'alert_event',
  async render({ deps, locale }, eventId) {
    const event = await deps.store.read.alerts.getEvent(eventId);
    const rendered = event && alertEventView(event, await rotationOf(deps, event, locale));
    if (!event || !rendered) return null;
    const channel = deps.policy.channels.alerts;
    return { ...rendered, channel, inThreadOf: { kind: 'alert', subjectId: event.alertId } };
  },
};

/** Events about a rotation link to its message. */
async function rotationOf(deps: Deps, { detail }: AlertEvent, locale: Locale): Promise<string | null> {
  const rotationId = detail['rotationId'];
  const place = typeof rotationId === 'string' ? await deps.store.read.messages.get(ROTATION_KIND, rotationId) : null;
  return messageLink('its thread', place ?? null, locale);
}

const noticeRenderer: OutboxRenderer = {
  kind: 'notice',
  async render({ deps, locale }, noticeId) {
    const card = await describeNotice(deps, noticeId);
    if (card === undefined) return null;
    return { ...noticeView(card, locale), channel: deps.policy.channels.alerts, inThreadOf: null };
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
  kind: 'approval',
  async render({ deps, locale }, approvalId) {
    const card = await describeApproval(deps, approvalId);
    if (card === undefined) return null;
    const { alertId } = card.approval;
    const inThreadOf = alertId === null ? null : { kind: 'alert', subjectId: alertId };
    return { ...approvalView(card, locale), channel: deps.policy.channels.alerts, inThreadOf };
  },
};

export const outboxRenderers: readonly OutboxRenderer[] = [
  alertRenderer,
  alertEventRenderer,
  noticeRenderer,
  ...rotationRenderers,
  noticeToRenderer,
  approvalRenderer,
];
