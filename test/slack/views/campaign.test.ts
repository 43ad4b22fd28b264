import { describe, expect, test } from 'vitest';
import { countsOf, type MemberRow } from '../../../src/domain/campaign.ts';
import { ROTATION_STEPS, type StepName } from '../../../src/domain/rotation.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { assertMessage } from '../../../src/sandbox/slack/strictness/index.ts';
import type { CampaignCard } from '../../../src/services/campaigns/describe-campaign.ts';
import type { CampaignKeyCard } from '../../../src/services/campaigns/describe-key.ts';
import type { OwnerShare } from '../../../src/services/campaigns/describe-owner.ts';
import { newCampaign } from '../../../src/services/campaigns/plan-campaigns.ts';
import type { RotationCard } from '../../../src/services/rotation/describe-rotation.ts';
import { NO_WORK } from '../../../src/services/rotation/read-work.ts';
import { campaignView } from '../../../src/slack/views/campaign.ts';
import { campaignKeyView, moreModal } from '../../../src/slack/views/campaign-key.ts';
import { campaignOwnerView } from '../../../src/slack/views/campaign-owner.ts';
import { campaignReportView } from '../../../src/slack/views/campaign-report.ts';
import { rotationView } from '../../../src/slack/views/rotation.ts';
import { rotationStepView } from '../../../src/slack/views/rotation-step.ts';
import { actionOf } from '../../support/records.ts';
import { BEGAN, LOCALE, NOW, rotationCard, stagingKey, stagingLineage, verificationOf } from '../support/cards.ts';
import { expectMessage } from '../support/golden.ts';
import { NASTY_LABELS } from '../support/nasty.ts';

const ANA = 'slack:T0ACME/U0ANA';
const CAMPAIGN = {
  ...newCampaign({ id: 'camp_1', environment: 'production', filter: '', startsAt: BEGAN }),
  state: 'running',
  startedAt: BEGAN,
  startedBy: 'system:run-campaigns',
  dueAt: BEGAN + 14 * DAY_MS,
} as const;

const done = (names: readonly StepName[], by = ANA) =>
  Object.fromEntries(names.map((name) => [name, { state: 'done' as const, by, at: BEGAN + MINUTE_MS }]));

function keyCard(card: RotationCard, fields: Partial<CampaignKeyCard> = {}): CampaignKeyCard {
  return { card, campaign: CAMPAIGN, reminded: 0, nextRung: null, elsewhere: null, traffic: null, ...fields };
}

const inCampaign = { campaignId: 'camp_1', dueAt: CAMPAIGN.dueAt };
const BEGUN = rotationCard({}, inCampaign);
const BLOCKED = rotationCard({}, inCampaign, {
  generate: { state: 'blocked', by: ANA, at: BEGAN, reason: 'the vendor changes it on Thursdays only' },
});
const REDEPLOYED = rotationCard(
  { newKey: stagingKey({ id: 'key_2', label: 'staging-ci-2026-10-17' }) },
  { ...inCampaign, newKeyId: 'key_2' },
  { ...done(['generate', 'store'], 'system:make-keys'), ...done(['redeploy']) },
);
const QUIET = ['generate', 'store', 'redeploy', 'verify', 'inventory'] as const;
const AUTOMATIC = rotationCard(
  { end: { canRetire: true, underWay: null, retired: null, byPolicyAt: NOW + 14 * HOUR_MS, approval: null } },
  inCampaign,
  done(QUIET, 'system:verify-rotations'),
);
const BY_POLICY = {
  ...actionOf({ kind: 'retire', requestedBy: 'system:retire-old-keys', state: 'confirmed' }),
  consent: { kind: 'policy', rule: 'automatic_end' },
} as const;
const ENDING = rotationCard(
  {
    oldKey: stagingKey({ status: 'inactive' }),
    acts: ['restore', 'revoke'],
    end: { canRetire: true, underWay: null, retired: BY_POLICY, byPolicyAt: null, approval: null },
  },
  { ...inCampaign, finalAt: NOW + 7 * DAY_MS },
  done(QUIET, 'system:verify-rotations'),
);
const OVER = rotationCard({}, { ...inCampaign, state: 'done', closedAt: NOW }, done(ROTATION_STEPS));
const WORD = { at: NOW, by: ANA, reason: 'release freeze' };
const PAUSED = rotationCard({}, { ...inCampaign, paused: WORD });
const GOING_BACK = rotationCard({}, { ...inCampaign, rollback: WORD });
const CALLING = verificationOf({
  quiet: { ...verificationOf().quiet, quietMs: 0, since: NOW, readyAt: null },
  callers: verificationOf().callers.map((caller) => ({ ...caller, lastAt: NOW })),
});

function rowOf({ rotation }: RotationCard, slug: string, ownerId: string | null): MemberRow {
  const member = {
    campaignId: 'camp_1',
    lineageId: slug,
    slug,
    keyId: 'key_1',
    ownerId,
    state: 'open',
    skip: null,
    rotationId: rotation.id,
    isJoined: false,
    isShown: false,
    progressAt: null,
    rung: 0,
    reminded: 0,
    remindAt: null,
    blocks: [],
  } as const;
  return { member, rotation };
}

function cardOf(slug: string): CampaignCard {
  const rows = [
    rowOf(OVER, `${slug}-a`, 'U0ANA'),
    rowOf(REDEPLOYED, `${slug}-b`, 'U0ANA'),
    rowOf(BLOCKED, `${slug}-c`, null),
  ];
  const counts = countsOf(rows, NOW, CAMPAIGN.dueAt);
  const reminders = { ownerMs: 48 * HOUR_MS, threadMs: null, respondersMs: null };
  return { now: NOW, campaign: CAMPAIGN, rows, counts, ahead: [], places: new Map(), place: null, reminders };
}

function shareOf(slug: string): OwnerShare {
  const { campaign, rows, places, place } = cardOf(slug);
  return { campaign, rows, places, place, nextRung: { kind: 'owner', at: NOW + DAY_MS } };
}

function reportOf(slug: string) {
  return {
    keys: 3,
    done: 1,
    lengthMs: 3 * DAY_MS,
    reminders: 2,
    owners: [
      { ownerId: 'U0ANA', keys: 2, done: 1 },
      { ownerId: null, keys: 1, done: 0 },
    ],
    steps: [{ step: 'generate', count: 2, medianMs: 4 * MINUTE_MS, longestMs: HOUR_MS, byKeysteward: 1 }],
    blocked: [{ slug, step: 'generate', reason: 'the vendor changes it', lengthMs: DAY_MS }],
    overrides: [{ slug, step: 'verify', by: ANA, reason: 'it is only used in January' }],
    cancelled: [],
    open: [{ slug, step: 'verify' }],
    skipped: [{ slug, why: 'recent' }],
    couldAutomate: [slug],
    withoutStore: [slug, 'prod-web'],
    withoutHook: [slug],
    keyless: [{ title: 'Workload identity', url: 'https://example.com/identity', slugs: [slug] }],
  } as const;
}

describe('a campaign', () => {
  test('tells how far it is, what is in the way and with whom it is', async () => {
    await expectMessage('campaign-running', campaignView(cardOf('prod'), LOCALE));
    await expectMessage('campaign-owner', campaignOwnerView(shareOf('prod'), 'U0ANA', LOCALE));
    await expectMessage('campaign-report', campaignReportView(CAMPAIGN, reportOf('prod-api'), true));
  });

  test.each([
    ['due-and-a-grace', NOW + 9 * DAY_MS],
    ['overdue', NOW - DAY_MS],
  ])('says what is due next, and what is late: %s', async (name, dueAt) => {
    const card = cardOf('prod');
    const rows = [...card.rows, rowOf(ENDING, 'prod-d', 'U0ANA')];
    const late = { ...card, campaign: { ...CAMPAIGN, dueAt }, rows, counts: countsOf(rows, NOW, dueAt) };
    await expectMessage(`campaign-${name}`, campaignView(late, LOCALE));
  });

  test.each<readonly [string, CampaignKeyCard]>([
    ['begun', keyCard(BEGUN)],
    ['not-reminded', keyCard(BEGUN, { nextRung: { kind: 'owner', at: NOW + DAY_MS } })],
    ['by-hand', keyCard(rotationCard({ work: { ...NO_WORK, byHand: 'owner' } }, inCampaign))],
    ['blocked', keyCard(BLOCKED)],
    ['forgotten', keyCard(REDEPLOYED, { traffic: CALLING })],
    ['quiet', keyCard(REDEPLOYED, { traffic: verificationOf({ callers: [] }) })],
    ['reminded', keyCard(BEGUN, { reminded: 1, nextRung: { kind: 'thread', at: NOW + DAY_MS } })],
    ['ends-by-policy', keyCard(AUTOMATIC)],
    ['grace', keyCard(ENDING)],
    ['done', keyCard(OVER)],
  ])('says in a line or two what is next for a key: %s', async (name, card) => {
    await expectMessage(`campaign-key-${name}`, campaignKeyView(card, LOCALE));
  });

  test.each<readonly [string, RotationCard, readonly string[]]>([
    ['begun', BEGUN, ['Hand over…', 'Pause…', 'Roll back…', 'Cancel…']],
    ['half way', REDEPLOYED, ['Undo the last step', 'Hand over…', 'Pause…', 'Roll back…', 'Cancel…']],
    ['paused', PAUSED, ['Hand over…', 'Go on', 'Roll back…', 'Cancel…']],
    ['a drill', rotationCard({}, { ...inCampaign, kind: 'drill' }), ['Hand over…', 'Pause…', 'Cancel…']],
    ['going back', GOING_BACK, ['Cancel…']],
    ['over', OVER, []],
  ])('has behind More… what else can be done: %s', (_, card, labels) => {
    const shown = JSON.stringify(moreModal(card, LOCALE).blocks);
    const found = [...shown.matchAll(/"type":"button".*?"text":"([^"]+)"/g)].map(([, label]) => label);
    expect(found).toEqual(labels);
    expect(shown).toContain('6. Update the inventory');
  });

  test('names who still calls with an old key only when that was after the redeploy', () => {
    const before = { ...CALLING, callers: CALLING.callers.map((caller) => ({ ...caller, lastAt: BEGAN })) };
    const { text } = campaignKeyView(keyCard(REDEPLOYED, { traffic: before }), LOCALE);
    expect(text).not.toContain('Something still calls');
    expect(text).toContain('The old key is in use');
  });

  test.each(NASTY_LABELS)('holds what Slack takes, and mentions nobody else, whatever a key is called: %j', (nasty) => {
    const lineage = stagingLineage({ slug: nasty, consumers: [nasty] });
    const key = keyCard(rotationCard({ lineage, newName: nasty, providerTitle: nasty }, inCampaign));
    const views = [
      campaignView(cardOf(nasty), LOCALE),
      campaignOwnerView(shareOf(nasty), 'U0ANA', LOCALE),
      campaignReportView(CAMPAIGN, reportOf(nasty), true),
      campaignKeyView(key, LOCALE),
    ];
    for (const view of views) {
      assertMessage(view);
      const marked = view.blocks.filter(({ type }) => type !== 'actions');
      expect(`${view.text}${JSON.stringify(marked)}`).not.toMatch(/<!(?:channel|here|everyone)|<@U0(?!ANA)/);
    }
  });
});

describe('a drill', () => {
  const drill = rotationCard({}, { kind: 'drill' });

  test('says so at the top of each of its messages', async () => {
    await expectMessage('drill-begun', rotationView(drill, LOCALE));
    for (const name of ROTATION_STEPS) {
      const view = rotationStepView(drill, name, LOCALE);
      expect(view.text.split('\n')[0]).toContain('DRILL');
      await expectMessage(`drill-step-${name}`, view);
    }
    const walked = rotationCard({}, { kind: 'drill', state: 'done', closedAt: NOW }, done(ROTATION_STEPS));
    await expectMessage('drill-done', rotationView(walked, LOCALE));
  });
});
