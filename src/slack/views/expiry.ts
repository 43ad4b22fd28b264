import type { InputBlock } from '@slack/types';
import { DAY_MS, nextMonthStart } from '../../domain/time.ts';
import { INPUT, plain } from './action-modal.ts';
import { utcDayText } from './text.ts';

export const UNTIL_BLOCK = 'until';

const CHOICES = ['month', 'day', 'week', 'changed'] as const;
export type Expiry = (typeof CHOICES)[number];

/** How long a change of a limit holds; the first choice is the one that is chosen already. */
export function expiryInput(now: number, first: Expiry): InputBlock {
  const labels: Readonly<Record<Expiry, string>> = {
    month: `Until the month ends (${utcDayText(nextMonthStart(now))}, 00:00 UTC)`,
    day: 'For 24 hours',
    week: 'For 7 days',
    changed: 'Until somebody changes it',
  };
  const option = (choice: Expiry) => ({ text: plain(labels[choice]), value: choice });
  return {
    type: 'input',
    block_id: UNTIL_BLOCK,
    label: plain('For how long?'),
    hint: plain('At its end what stands now is restored, unless somebody has changed it meanwhile. You are told.'),
    element: {
      type: 'static_select',
      action_id: INPUT,
      options: CHOICES.map(option),
      initial_option: option(first),
    },
  };
}

/** The instant of a choice; null: no end. What was not chosen is taken for the safest, an end. */
export function untilOf(choice: string | undefined, now: number): number | null {
  if (choice === 'changed') return null;
  if (choice === 'month') return nextMonthStart(now);
  return now + (choice === 'week' ? 7 * DAY_MS : DAY_MS);
}
