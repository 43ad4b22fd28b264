import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { Hands } from '../support/hands.ts';
import { CHANNEL } from '../support/play.ts';
import type { Step, Story } from '../support/story-type.ts';
import { ANA, workspace } from './cast.ts';

const NIGHT = Date.UTC(2026, 9, 17);
const minutes = (count: number): number => NIGHT + count * MINUTE_MS;

const acknowledge: Step = {
  name: 'Ana says that she is on it',
  at: minutes(13 * 60 + 2),
  act: async (hands, { alert }) => {
    if (alert !== undefined) await hands.click(ANA, alert, { actionId: 'menu', option: 'Acknowledge' });
  },
  isDone: ({ thread }) => thread.some((text) => text.startsWith('Ana Ruiz is on it.')),
};

const suspend: Step = {
  name: 'Ana suspends the key',
  at: minutes(13 * 60 + 4),
  act: (hands) => actOnKey(hands, 'key_suspend'),
  isDone: ({ thread }) => thread.some((text) => text.startsWith('Suspended: ')),
};

const restore: Step = {
  name: 'Ana restores the key',
  at: minutes(15 * 60 + 5),
  act: (hands) => actOnKey(hands, 'key_restore'),
  isDone: ({ thread }) => thread.some((text) => text.startsWith('Restored: ')),
};

/** By the key's card, its button and the modal behind it. */
async function actOnKey(hands: Hands, actionId: string): Promise<void> {
  await hands.closeAll(ANA);
  const card = await hands.ask(ANA, '/keys show staging-ci', CHANNEL);
  if (!(await hands.click(ANA, card, { actionId }))) return;
  const form = await hands.form(ANA);
  if (form !== undefined) await hands.submit(ANA, form, { reason: { value: 'spend that nobody can explain' } });
}

/** Polls are an hour apart, and twelve minutes while it burns: the story has few of them, and each of its effects is one. */
const policy = `
channels: { alerts: '#ai-keys' }
roles: { admins: [U0CHRIS], responders: [U0ANA] }
polling: { usage_minutes: 60, inventory_minutes: 1440 }
`;

/** A key leaks by day, is stopped, and works again when it is over. */
export const leak: Story = {
  name: '',
  workspace,
  startAt: NIGHT + 11 * HOUR_MS,
  from: minutes(12 * 60 + 58),
  until: minutes(16 * 60 + 30),
  leak: {
    provider: 'anthropic',
    keyName: 'staging-ci',
    startedAt: minutes(12 * 60 + 10),
    endsAt: minutes(14 * 60),
    usdPerHour: 265,
    model: 'claude-opus-4-1',
  },
  policy,
  steps: [acknowledge, suspend, restore],
};

/** A workspace that does not let the bot read back what it has posted. */
export const withoutHistory: Story = {
  ...leak,
  name: 'without history,',
  workspace: {
    ...workspace,
    app: { ...workspace.app, scopes: workspace.app.scopes.filter((scope) => !scope.endsWith(':history')) },
  },
  mayRepeat: true,
  points: ({ effect, phase }) => effect.label.startsWith('slack chat.postMessage') && phase === 'applied',
};
