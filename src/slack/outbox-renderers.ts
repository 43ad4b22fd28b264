import { describeNotice } from '../services/notices/describe-notice.ts';
import { alertEventRenderer, alertRenderer, ownerQuestionRenderer } from './alert-renderers.ts';
import { directRenderer } from './direct-copy.ts';
import type { OutboxRenderer } from './outbox-renderer.ts';
import { rotationRenderers } from './rotation-renderers.ts';
import { noticeView } from './views/notice.ts';

export type { Draft, OutboxRenderer, RenderContext } from './outbox-renderer.ts';

const noticeRenderer: OutboxRenderer = {
  kind: 'notice',
  async render({ deps, locale }, noticeId) {
    const card = await describeNotice(deps, noticeId);
    if (card === undefined) return null;
    return { ...noticeView(card, locale), channel: deps.policy.channels.alerts, inThreadOf: null };
  },
};

const channelRenderers: readonly OutboxRenderer[] = [
  alertRenderer,
  alertEventRenderer,
  noticeRenderer,
  ...rotationRenderers,
];

export const outboxRenderers: readonly OutboxRenderer[] = [
  ...channelRenderers,
  ownerQuestionRenderer,
  directRenderer(channelRenderers),
];
