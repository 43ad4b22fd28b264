import { describe, expect, test } from 'vitest';
import {
  CAMPAIGN_EVENTS,
  CAMPAIGN_STATES,
  type Campaign,
  type CampaignEvent,
  type CampaignState,
  isClosed,
  withEvent,
} from '../../src/domain/campaign.ts';

const NOW = 1_000;

/** Written out once more, so that a slip in the table of the domain shows. */
const EXPECTED: Readonly<Record<CampaignState, Partial<Record<CampaignEvent, CampaignState>>>> = {
  planned: { announce: 'announced', move: 'planned', start: 'running', cancel: 'cancelled' },
  announced: { move: 'announced', start: 'running', cancel: 'cancelled' },
  running: { finish: 'done', cancel: 'cancelled' },
  done: {},
  cancelled: {},
};

const PAIRS = CAMPAIGN_STATES.flatMap((state) => CAMPAIGN_EVENTS.map((event) => [state, event] as const));

describe('a campaign', () => {
  test.each(PAIRS)('that is %s, upon %s, becomes what the table says and nothing else', (state, event) => {
    const before = campaign(state);
    const after = withEvent(before, { event, at: NOW, by: 'slack:T1/U0ADA', reason: 'a freeze' });

    const next = EXPECTED[state][event];
    if (next === undefined) {
      expect(after).toBeNull();
      return;
    }
    const closes = { closedAt: NOW, closedBy: 'slack:T1/U0ADA', closeReason: 'a freeze' };
    const changed = {
      announce: { announcedAt: NOW },
      move: {},
      start: { startedAt: NOW, startedBy: 'slack:T1/U0ADA' },
      finish: closes,
      cancel: closes,
    }[event];
    expect(after).toEqual({ ...before, state: next, revision: 8, ...changed });
  });

  test('that is over stays over', () => {
    for (const state of CAMPAIGN_STATES.filter((one) => isClosed({ state: one }))) {
      expect(CAMPAIGN_EVENTS.map((event) => withEvent(campaign(state), { event, at: NOW, by: 'x' }))).toEqual(
        CAMPAIGN_EVENTS.map(() => null),
      );
    }
  });
});

function campaign(state: CampaignState): Campaign {
  return {
    id: 'camp_1',
    environment: 'production',
    filter: '',
    state,
    startsAt: 500,
    moved: null,
    announcedAt: null,
    startedAt: null,
    startedBy: null,
    lateMs: 0,
    dueAt: null,
    isGrouped: false,
    closedAt: null,
    closedBy: null,
    closeReason: null,
    report: null,
    revision: 7,
  };
}
