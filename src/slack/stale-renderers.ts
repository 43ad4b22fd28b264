import { STALE_ASK, STALE_NEWS, STALE_ROUND, STALE_STOPPED } from '../services/stale/announce-stale.ts';
import { askedCards, newsCards, proposedCards, stoppedCards } from '../services/stale/describe-stale.ts';
import type { OutboxRenderer } from './outbox-renderer.ts';
import { ownersOf, staleAskView, staleNewsView, staleRoundView, staleStoppedView } from './views/stale-messages.ts';
import { mention } from './views/text.ts';

const askRenderer: OutboxRenderer = {
  kind: STALE_ASK,
  async render({ deps, locale }, round) {
    const cards = await askedCards(deps, round);
    const askedTo = cards[0]?.record?.askedTo ?? null;
    if (askedTo === null) return null;
    const isPosted = (await deps.store.read.messages.get(STALE_ASK, round)) !== undefined;
    // Answered, used or handed over before the owner's day began: there is nothing to ask any more.
    const isOpen = cards.some(({ record }) => record?.state === 'asked');
    if (!isPosted && !isOpen) return null;
    return { ...staleAskView(cards, locale), channel: askedTo, inThreadOf: null };
  },
};

const roundRenderer: OutboxRenderer = {
  kind: STALE_ROUND,
  async render({ deps, locale }, round) {
    const cards = await proposedCards(deps, round);
    if (cards.length === 0) return null;
    const channel = deps.policy.channels.alerts;
    return { ...staleRoundView(cards, locale), channel, inThreadOf: null, mentions: ownersOf(cards) };
  },
};

const newsRenderer: OutboxRenderer = {
  kind: STALE_NEWS,
  async render({ deps, locale }, subject) {
    const { round, what, cards } = await newsCards(deps, subject);
    if (cards.length === 0) return null;
    const { channels, roles } = deps.policy;
    const people = roles.responders.length > 0 ? roles.responders : roles.admins;
    return {
      ...staleNewsView(what, cards, locale),
      channel: channels.alerts,
      inThreadOf: { kind: STALE_ROUND, subjectId: round },
      // Somebody has to do something, or may have lost something.
      mentions: what === 'late' || what === 'due' ? people.map(mention) : [],
    };
  },
};

const stoppedRenderer: OutboxRenderer = {
  kind: STALE_STOPPED,
  async render({ deps, locale }, subject) {
    const cards = await stoppedCards(deps, subject);
    if (cards.length === 0) return null;
    return { ...staleStoppedView(cards, locale), channel: subject.split('/')[0] ?? '', inThreadOf: null };
  },
};

export const staleChannelRenderers: readonly OutboxRenderer[] = [roundRenderer, newsRenderer];
export const staleDirectRenderers: readonly OutboxRenderer[] = [askRenderer, stoppedRenderer];
