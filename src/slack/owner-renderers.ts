import { describeAsk } from '../services/owners/describe-ask.ts';
import { OWNER_ASK } from '../services/owners/owner-ask.ts';
import type { OutboxRenderer } from './outbox-renderer.ts';
import { ownerAskView } from './views/owner-ask.ts';

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
