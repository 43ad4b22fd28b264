import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { CHANNEL } from '../support/play.ts';
import type { Seen, Step, Story } from '../support/story-type.ts';
import { ANA, CHRIS, fill, isOfThisStory, workspace } from './cast.ts';

const NOON = Date.UTC(2026, 9, 17, 12);
const minutes = (count: number): number => NOON + count * MINUTE_MS;

const revoke: Step = {
  name: 'Ana wants to revoke a key of production',
  at: minutes(4),
  act: async (hands) => {
    await hands.closeAll(ANA);
    await hands.type(ANA, '/keys revoke prod-assistant', CHANNEL);
    await fill(hands, ANA, { reason: 'it was in a public repository', slug: 'prod-assistant' });
  },
  isDone: ({ about }) => about('approval').length > 0,
};

const approve: Step = {
  name: 'Chris approves it',
  at: minutes(6),
  act: async (hands, { about }) => {
    const [request] = about('approval');
    if (request !== undefined) await hands.click(CHRIS, request, { actionId: 'approval_approve' });
  },
  isDone: ({ about, textOf }) => about('approval').some((message) => textOf(message).includes('approved by')),
};

const rotate: Step = {
  name: 'Ana starts a rotation',
  at: minutes(10),
  act: async (hands) => {
    await hands.closeAll(ANA);
    await hands.type(ANA, '/keys rotate weekly-evals', CHANNEL);
    await fill(hands, ANA, { reason: 'it is half a year old' });
  },
  isDone: ({ about }) => about('rotation').length > 0,
};

const generate: Step = {
  name: 'Ana has made the new key',
  at: minutes(12),
  act: async (hands, { about }) => {
    await hands.closeAll(ANA);
    const reply = about('rotation')[1];
    if (reply === undefined || !(await hands.click(ANA, reply, { actionId: 'rotation_key' }))) return;
    await fill(hands, ANA, { key: 'not-listed' });
  },
  isDone: (seen) => isTicked(seen, 1),
};

const store = tick(2, { name: 'Ana has stored it', at: minutes(14) });
const redeploy = tick(3, { name: 'Ana has rolled it out', at: minutes(16) });

/** A step that takes a person's word. */
function tick(place: number, { name, at }: Pick<Step, 'name' | 'at'>): Step {
  return {
    name,
    at,
    act: async (hands, { about }) => {
      const reply = about('rotation')[place];
      if (reply !== undefined) await hands.click(ANA, reply, { actionId: 'rotation_done' });
    },
    isDone: (seen) => isTicked(seen, place),
  };
}

/** The replies stand in the order of the steps, below the root message. */
function isTicked({ about, textOf }: Seen, place: number): boolean {
  return textOf(about('rotation')[place]).includes('– done by');
}

/** No alert: a key of production is revoked by two people, and another one is rotated. */
export const twoPeople: Story = {
  name: 'two people,',
  workspace,
  startAt: NOON - HOUR_MS,
  from: minutes(2),
  until: minutes(61),
  policy: `
channels: { alerts: '#ai-keys' }
roles: { admins: [U0CHRIS], responders: [U0ANA] }
environments: [{ match: prod-assistant, environment: production }]
polling: { usage_minutes: 60, inventory_minutes: 1440 }
`,
  points: isOfThisStory,
  steps: [revoke, approve, rotate, generate, store, redeploy],
};
