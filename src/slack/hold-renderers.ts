import { userIdIn } from '../domain/actor.ts';
import { describeHold } from '../services/noise/read-holds.ts';
import { describeRollUp, ROLL_UP } from '../services/noise/roll-up.ts';
import { HOLD_MESSAGE } from '../services/noise/tell-hold.ts';
import type { OutboxRenderer } from './outbox-renderer.ts';
import { holdMessage } from './views/hold.ts';
import { rollUpView } from './views/quiet-list.ts';

/** To the one who declared a window or muted a rule; the subject is `holdId:news`. */
export const holdRenderer: OutboxRenderer = {
  kind: HOLD_MESSAGE,
  async render({ deps, locale }, subject) {
    const [holdId = '', news = ''] = subject.split(':');
    const hold = await deps.store.read.holds.get(holdId);
    const userId = hold && userIdIn(hold.by);
    if (!hold || !userId) return null;
    const card = await describeHold(deps, hold);
    return { ...holdMessage(card, news === 'beyond' ? 'beyond' : 'ended', locale), channel: userId, inThreadOf: null };
  },
};

export const rollUpRenderer: OutboxRenderer = {
  kind: ROLL_UP,
  async render({ deps, locale }, day) {
    const alerts = await describeRollUp(deps, day);
    const isPosted = (await deps.store.read.messages.get(ROLL_UP, day)) !== undefined;
    // All of them have got messages of their own meanwhile.
    if (alerts.length === 0 && !isPosted) return null;
    return { ...rollUpView(day, alerts, locale), channel: deps.policy.channels.alerts, inThreadOf: null };
  },
};
