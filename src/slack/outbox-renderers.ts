import { describeAlert } from '../services/alerts/describe-alert.ts';
import type { Deps } from '../services/deps.ts';
import { describeNotice } from '../services/notices/describe-notice.ts';
import { alertView } from './views/alert.ts';
import { alertEventView } from './views/alert-event.ts';
import type { Rendered } from './views/blocks.ts';
import { noticeView } from './views/notice.ts';
import type { Locale } from './views/text.ts';

export interface RenderContext {
  readonly deps: Deps;
  readonly locale: Locale;
}

/** A message as it should be now. */
export interface Draft extends Rendered {
  readonly channel: string;
  /** The message that this one replies to. */
  readonly inThreadOf: { readonly kind: string; readonly subjectId: string } | null;
}

/** Renders a subject when its row is sent, from what is true then. Null: there is nothing to say (any more). */
export interface OutboxRenderer {
  readonly kind: string;
  render(context: RenderContext, subjectId: string): Promise<Draft | null>;
}

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
  async render({ deps }, eventId) {
    const event = await deps.store.read.alerts.getEvent(eventId);
    const rendered = event && alertEventView(event);
    if (!event || !rendered) return null;
    const channel = deps.policy.channels.alerts;
    return { ...rendered, channel, inThreadOf: { kind: 'alert', subjectId: event.alertId } };
  },
};

const noticeRenderer: OutboxRenderer = {
  kind: 'notice',
  async render({ deps, locale }, noticeId) {
    const card = await describeNotice(deps, noticeId);
    if (card === undefined) return null;
    return { ...noticeView(card, locale), channel: deps.policy.channels.alerts, inThreadOf: null };
  },
};

export const outboxRenderers: readonly OutboxRenderer[] = [alertRenderer, alertEventRenderer, noticeRenderer];
