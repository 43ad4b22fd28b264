import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { Hands } from '../support/hands.ts';
import type { Seen, Step, Story } from '../support/story-type.ts';
import { ANA, DEE, fill, isOfThisStory, workspace } from './cast.ts';

// The last evening of a month: what is granted until the month ends, ends within the story.
const EVENING = Date.UTC(2026, 9, 31, 23);
const minutes = (count: number): number => EVENING + count * MINUTE_MS;

const notMe: Step = {
  name: 'Dee says that it was not her',
  at: minutes(3),
  act: async (hands, { directTo }) => {
    const question = directTo(DEE).at(-1);
    if (question !== undefined) await hands.click(DEE, question, { actionId: 'owner_no' });
  },
  isDone: ({ directTo, textOf }) =>
    directTo(DEE).some((message) => textOf(message).includes('You said that it was not')),
};

const snooze: Step = {
  name: 'Ana snoozes it',
  at: minutes(7),
  act: (hands, seen) => choose(hands, seen, { option: 'Snooze or mute…', length: '30m' }),
  isDone: ({ thread }) => thread.some((text) => text.startsWith('Ana Ruiz snoozed it')),
};

const raise: Step = {
  name: 'Ana raises the cap',
  at: minutes(38),
  act: async (hands, { alert }) => {
    await hands.closeAll(ANA);
    if (alert === undefined || !(await hands.click(ANA, alert, { actionId: 'cap_raise' }))) return;
    await fill(hands, ANA, { amount: '6000', until: 'month', reason: 'the month is nearly over' });
  },
  isDone: ({ thread }) => thread.some((text) => text.includes('asked to change the cap')),
};

const ours: Step = {
  name: 'Ana says that it was them',
  at: minutes(40),
  act: (hands, seen) => choose(hands, seen, { option: 'This was us…', length: 'over' }),
  isDone: ({ thread }) => thread.some((text) => text.startsWith('Ana Ruiz says that it was expected')),
};

/** Chooses in the alert's menu, and fills the form behind it. */
async function choose(
  hands: Hands,
  { alert }: Seen,
  { option, length }: { readonly option: string; readonly length: string },
): Promise<void> {
  await hands.closeAll(ANA);
  if (alert === undefined || !(await hands.click(ANA, alert, { actionId: 'menu', option }))) return;
  await fill(hands, ANA, { length, reason: 'a load test, it seems' });
}

/** Nobody clicks at first: the owner is asked, responders and admins are called, PagerDuty and the webhook are told. */
export const night: Story = {
  name: 'at night,',
  workspace,
  startAt: EVENING - 2 * HOUR_MS,
  from: minutes(-2),
  until: minutes(64),
  leak: {
    provider: 'anthropic',
    keyName: 'staging-ci',
    startedAt: minutes(-50),
    endsAt: minutes(4),
    usdPerHour: 265,
    model: 'claude-opus-4-1',
  },
  capUsd: 5_000,
  outlets: true,
  policy: `
channels: { alerts: '#ai-keys' }
roles: { admins: [U0CHRIS], responders: [U0ANA] }
owners: { staging-ci: U0DEE }
polling: { usage_minutes: 60, inventory_minutes: 1440 }
escalation: { owner_minutes: 2, webhook_minutes: 2, responders_minutes: 4, admins_minutes: 6 }
`,
  points: isOfThisStory,
  steps: [notMe, snooze, raise, ours],
};
