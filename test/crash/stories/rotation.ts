import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { KillPoint } from '../support/gate.ts';
import type { Hands } from '../support/hands.ts';
import { CHANNEL } from '../support/play.ts';
import type { Seen, Step, Story } from '../support/story-type.ts';
import { ANA, fill, workspace } from './cast.ts';

const NOON = Date.UTC(2026, 9, 17, 12);
const minutes = (count: number): number => NOON + count * MINUTE_MS;

const MADE_KEY = 'prod-api';
const HAND_KEY = 'prod-assistant';

/** An emergency, so that no day of quiet has to be waited for; the key is not public. */
function begin(keyName: string): Step {
  return {
    name: 'Ana starts a rotation',
    at: minutes(1),
    act: async (hands) => {
      await hands.closeAll(ANA);
      await hands.type(ANA, `/keys rotate ${keyName} --emergency`, CHANNEL);
      await fill(hands, ANA, { public: 'no', reason: 'somebody may have seen it' });
    },
    isDone: ({ about }) => about('rotation').length > 0,
  };
}

const make: Step = {
  name: 'Ana lets the new key be made',
  at: minutes(2),
  act: (hands, seen) => open(hands, seen, { place: 1, actionId: 'rotation_make' }, {}),
  isDone: (seen) => isTicked(seen, 3),
};

const createByHand: Step = {
  name: 'Ana makes the new key in the console',
  at: minutes(2),
  act: async (_hands, { world, consumer }) => {
    const old = world.findKey('anthropic', HAND_KEY);
    if (old === undefined || consumer === undefined || consumer.made().length > 0) return;
    const { provider, scopeId, owner } = old;
    consumer.store(world.createKey({ provider, scopeId, owner, name: `${HAND_KEY}-2026-10-17` }));
  },
  isDone: (seen) => isTicked(seen, 1),
};

const store = tick(2, { name: 'Ana has stored it', at: minutes(8) });

const redeploy: Step = {
  ...tick(3, { name: 'Ana has rolled it out', at: minutes(9) }),
  act: async (hands, seen) => {
    seen.consumer?.restart();
    await press(hands, seen, { place: 3, actionId: 'rotation_done' });
  },
};

const end = (actionId: string): Step => ({
  name: 'Ana ends the old key',
  at: minutes(26),
  act: (hands, seen) => open(hands, seen, { place: 5, actionId }, { reason: 'replaced' }),
  isDone: (seen) => isTicked(seen, 5),
});

interface Button {
  /** The replies stand in the order of the steps, below the root message. */
  readonly place: number;
  readonly actionId: string;
}

async function press(hands: Hands, { about }: Seen, { place, actionId }: Button): Promise<boolean> {
  await hands.closeAll(ANA);
  const reply = about('rotation')[place];
  return reply !== undefined && hands.click(ANA, reply, { actionId });
}

/** A button with a form behind it. */
async function open(hands: Hands, seen: Seen, button: Button, entries = {}): Promise<void> {
  if (await press(hands, seen, button)) await fill(hands, ANA, entries);
}

function tick(place: number, { name, at }: Pick<Step, 'name' | 'at'>): Step {
  return {
    name,
    at,
    act: async (hands, seen) => {
      await press(hands, seen, { place, actionId: 'rotation_done' });
    },
    isDone: (seen) => isTicked(seen, place),
  };
}

function isTicked({ about, textOf }: Seen, place: number): boolean {
  return textOf(about('rotation')[place]).includes('– done by');
}

/** What a rotation writes and does; the rest, the sending of messages too, is killed at in the other stories. */
function isOfRotation({ effect: { label } }: KillPoint): boolean {
  if (/^commit: insert messages|^slack chat.update/.test(label)) return false;
  return /rotation|secret|actions|^provider (POST|DELETE)|^deploy POST/.test(label);
}

const common = {
  workspace,
  startAt: NOON - HOUR_MS,
  from: NOON,
  until: minutes(75),
  points: isOfRotation,
} as const;

const policy = `
channels: { alerts: '#ai-keys' }
roles: { admins: [U0CHRIS], responders: [U0ANA] }
polling: { usage_minutes: 10, inventory_minutes: 1440 }
environments: [{ match: 'prod-*', environment: staging }]
rotation: { grace_days: 0 }
secrets: [{ match: '*', store: local, reference: '{slug}.env#API_KEY' }]
`;

/** Everything by Keysteward: the new key, its value in the store, the deployment, the proof, the end. */
export const rotationMade: Story = {
  ...common,
  name: 'rotation,',
  rotated: { provider: 'openai', keyName: MADE_KEY },
  policy: `${policy}
deploy_hooks: { web: { kind: render, api_url: '{deploy}/v1' } }
redeploy: [{ match: ${MADE_KEY}, hooks: [web] }]
`,
  steps: [begin(MADE_KEY), make, end('key_revoke')],
};

/** The provider makes no keys: a person does, stores it and rolls it out, and Keysteward finds and proves it. */
export const rotationByHand: Story = {
  ...common,
  name: 'rotation by hand,',
  rotated: { provider: 'anthropic', keyName: HAND_KEY },
  policy,
  steps: [begin(HAND_KEY), createByHand, store, redeploy, end('rotation_retire')],
};
