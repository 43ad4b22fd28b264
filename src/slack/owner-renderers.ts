import { DEPARTURE_KIND } from '../services/departures/announce-departure.ts';
import { describeDeparture } from '../services/departures/describe-departure.ts';
import { describeAsk } from '../services/owners/describe-ask.ts';
import { OWNER_ASK } from '../services/owners/owner-ask.ts';
import type { OutboxRenderer } from './outbox-renderer.ts';
import { departureView } from './views/departure.ts';
import { ownerAskView } from './views/owner-ask.ts';
import { mention } from './views/text.ts';

/** "Are these yours?"; where all is settled before it went out, nobody is bothered. */
export const ownerAskRenderer: OutboxRenderer = {
  kind: OWNER_ASK,
  async render({ deps, locale }, askId) {
    const card = await describeAsk(deps, askId);
    if (card === undefined) return null;
    const isSent = (await deps.store.read.messages.get(OWNER_ASK, askId)) !== undefined;
    const open = card.rows.filter(({ question }) => question.answer === null);
    const shown = isSent ? card : { ...card, rows: open };
    if (shown.rows.length === 0) return null;
    return { ...ownerAskView(shown, locale), channel: card.userId, inThreadOf: null };
  },
};

/** What somebody who leaves has; those who answer for all keys are called when it is posted. */
export const departureRenderer: OutboxRenderer = {
  kind: DEPARTURE_KIND,
  async render({ deps, locale }, departureId) {
    const card = await describeDeparture(deps, departureId);
    if (card === undefined) return null;
    const { roles, channels } = deps.policy;
    const people = roles.responders.length > 0 ? roles.responders : roles.admins;
    const view = departureView(card, locale, deps.clock.now());
    return { ...view, channel: channels.alerts, inThreadOf: null, mentions: people.map(mention) };
  },
};
