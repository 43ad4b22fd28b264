import type { AlertEvent } from '../ports/store.ts';
import { describeAlert } from '../services/alerts/describe-alert.ts';
import type { Deps } from '../services/deps.ts';
import { describeNotice } from '../services/notices/describe-notice.ts';
import { OWNER_MESSAGE, ownerMessageOf } from '../services/owners/tell-owner.ts';
import { ROTATION_KIND } from '../services/rotation/rotation-link.ts';
import type { OutboxRenderer } from './outbox-renderer.ts';
import { rotationRenderers } from './rotation-renderers.ts';
import { alertView } from './views/alert.ts';
import { alertEventView } from './views/alert-event.ts';
import { noticeView } from './views/notice.ts';
import { ownerMessageView } from './views/owner-message.ts';
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

export const outboxRenderers: readonly OutboxRenderer[] = [
  alertRenderer,
  alertEventRenderer,
  noticeRenderer,
  ...rotationRenderers,
  ownerRenderer,
];
