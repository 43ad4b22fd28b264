import { HOUR_MS, MINUTE_MS, monthStart } from '../../domain/time.ts';
import { leakWeekend, providerDown, type Scenario, slackDown, type World } from '../world/index.ts';
import { auditDay, beginAudit } from './begin-audit.ts';
import { beginCampaign, CAMPAIGN_POLICY, campaignDay, forgetConsumer } from './begin-campaign.ts';
import { beginDeparture, LEAVING_POLICY, leavingDay } from './begin-departure.ts';
import { beginDigest, DIGEST_POLICY, digestDay, tellEarlierWeeks } from './begin-digest.ts';
import { beginRotation, ROTATED_KEY } from './begin-rotation.ts';
import type { LiveStory } from './story.ts';

const SATURDAY = Date.UTC(2026, 9, 17);
const PROVIDER = 'anthropic';

const OFFICE_MORNING = Date.UTC(2026, 9, 20, 8, 55);
const rotation: Scenario = {
  id: 'rotation',
  title: 'A key is rotated in calm weather',
  startAt: OFFICE_MORNING,
  endsAt: OFFICE_MORNING + 24 * HOUR_MS,
  pollMinutes: 5,
  leaks: () => [],
};

const THIRD_OF_MONTH = Date.UTC(2026, 10, 3, 9);
const nearCap: Scenario = {
  id: 'near-cap',
  title: 'A project spends its way towards its cap early in the month',
  startAt: THIRD_OF_MONTH,
  endsAt: THIRD_OF_MONTH + 36 * HOUR_MS,
  pollMinutes: 5,
  leaks: () => [],
};

const productionLeak: Scenario = {
  ...leakWeekend,
  id: 'production-leak',
  title: 'A production key leaks at a provider that can only delete keys',
  startAt: SATURDAY + 1.75 * HOUR_MS,
  leaks: (provider) => leakWeekend.leaks(provider).map((leak) => ({ ...leak, keyName: 'prod-api' })),
};

/** The stories of the page, in the order in which they are offered; the first begins by itself. */
export const stories: readonly LiveStory[] = [
  {
    id: 'leak',
    title: 'A staging key leaks at 02:10',
    watchFor:
      'A few minutes after 02:10 an alert comes to #ai-keys. As Ana press Suspend… and see the curve go flat; as Ben try the same.',
    scenario: { ...leakWeekend, startAt: SATURDAY + 1.75 * HOUR_MS },
    provider: PROVIDER,
  },
  {
    id: 'provider-dark',
    title: 'Provider goes dark',
    watchFor:
      'The provider answers nothing from 02:00 to 04:00, and a key leaks at 02:10. See who is told that nobody can see, and /keys status.',
    scenario: { ...providerDown, startAt: SATURDAY + 1.75 * HOUR_MS },
    provider: PROVIDER,
  },
  {
    id: 'slack-down',
    title: 'Slack goes down',
    watchFor:
      'Slack takes nothing from 02:00 to 03:00 while a key leaks. Buttons and commands fail as they would; at 03:00 one message tells it all.',
    scenario: { ...slackDown, startAt: SATURDAY + 1.75 * HOUR_MS },
    provider: PROVIDER,
  },
  {
    id: 'near-cap',
    title: 'A key nears its cap',
    watchFor:
      'Within the hour production has used 80% of its cap: the alert says when it will be reached. As Ana raise it, with a wrong amount first.',
    scenario: nearCap,
    provider: 'openai',
    prepare: capProduction,
  },
  {
    id: 'rotation',
    title: 'A rotation, step by step',
    watchFor: `Ana has opened the rotation of ${ROTATED_KEY}. Open its thread and go through the six steps; Dee makes the new key and redeploys meanwhile.`,
    scenario: rotation,
    provider: PROVIDER,
    begin: beginRotation,
  },
  {
    id: 'campaign',
    title: 'Quarterly rotation starts',
    watchFor:
      'Twelve keys, three people, since ten o’clock. Open the thread: one key is blocked, and the old prod-assistant is still called. Try /keys rotate drill.',
    scenario: campaignDay,
    provider: PROVIDER,
    policy: CAMPAIGN_POLICY,
    prepare: forgetConsumer,
    begin: beginCampaign,
  },
  {
    id: 'audit',
    title: 'First audit',
    watchFor:
      'Chris has typed /keys audit. Open the thread and go through the seven steps; leave for another story of the day and type /keys audit again.',
    scenario: auditDay,
    provider: PROVIDER,
    begin: beginAudit,
  },
  {
    id: 'departure',
    title: 'Somebody leaves',
    watchFor:
      'Dee’s account was closed at ten. One message says what Dee owned and could read: as Ana reassign, rotate, revoke the quiet one, and see it count.',
    scenario: leavingDay,
    provider: PROVIDER,
    policy: LEAVING_POLICY,
    begin: beginDeparture,
  },
  {
    id: 'digest',
    title: 'Weekly digest',
    watchFor:
      'A leak was caught before breakfast, and at nine the week is told. Press one of the three things to do, ask for the CSV, open the thread. Try /keys digest.',
    scenario: digestDay,
    provider: PROVIDER,
    policy: DIGEST_POLICY,
    past: tellEarlierWeeks,
    begin: beginDigest,
  },
  {
    id: 'two-people',
    title: 'Two people for a production key',
    watchFor:
      'The key prod-api leaks at 02:10 and can only be deleted. As Ana press Revoke…: it waits for a second person. As Chris approve it, as Ben try to.',
    scenario: productionLeak,
    provider: 'openai',
  },
];

export function findStory(id: string): LiveStory | undefined {
  return stories.find((story) => story.id === id);
}

/** Puts a cap on production of which 80% will be used in about three quarters of an hour. */
function capProduction(world: World): void {
  const scope = world.scopes('openai').find(({ name }) => name === 'Production');
  if (scope === undefined) throw new Error('there is no scope Production');
  const soon = world.startAt + 45 * MINUTE_MS;
  const range = { from: monthStart(world.startAt), to: soon };
  const keys = world.sourcesOf('openai').filter(({ scopeId }) => scopeId === scope.id);
  const spentMicroUsd = keys.reduce((sum, { id }) => sum + world.truth.burnedMicroUsd({ ...range, keyId: id }), 0);
  world.setCap(scope.id, Math.round(spentMicroUsd / 0.8));
}
