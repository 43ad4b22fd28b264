import { describe, expect, test } from 'vitest';
import type { BlindDetail } from '../../../src/domain/notice.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { BlindCard, DowntimeCard, NoticeCard } from '../../../src/services/notices/describe-notice.ts';
import { noticeView } from '../../../src/slack/views/notice.ts';
import { LOCALE } from '../support/cards.ts';
import { expectMessage, seen, spoken } from '../support/golden.ts';

const TWO = Date.UTC(2026, 9, 17, 2);
const CONNECTION = { connectionId: 'openai:acme', title: 'OpenAI' };

function blind({ closedAt = null, ...detail }: Partial<BlindDetail> & { closedAt?: number | null } = {}): BlindCard {
  return {
    kind: 'blind',
    connection: CONNECTION,
    detail: {
      reading: 'usage',
      connectionId: 'openai:acme',
      failingSince: TWO,
      lastReadAt: TWO - 5 * MINUTE_MS,
      problem: 'OpenAI does not accept the admin key. Put a valid one in the configuration and restart.',
      readable: false,
      ...detail,
    },
    closedAt,
    keys: 24,
    everyMs: 5 * MINUTE_MS,
  };
}

function down(fields: Partial<DowntimeCard> = {}): DowntimeCard {
  const detail = { from: TWO, to: TWO + 70 * MINUTE_MS, waitingFor: [], alertIds: [], unreadable: [] };
  return { kind: 'downtime', detail, alerts: [], unreadable: [], ...fields };
}

const BACK_AT = TWO + 70 * MINUTE_MS;
const CARDS: Readonly<Record<string, NoticeCard>> = {
  'notice-blind-usage': blind(),
  'notice-blind-first-read': { ...blind({ lastReadAt: null }), keys: 1, everyMs: MINUTE_MS },
  'notice-blind-inventory': { ...blind({ reading: 'inventory' }), everyMs: HOUR_MS },
  'notice-readable-usage': blind({ readable: true, closedAt: BACK_AT }),
  'notice-readable-inventory': blind({ reading: 'inventory', readable: true, closedAt: BACK_AT }),
  'notice-readable-after-a-day': blind({ readable: true, closedAt: TWO + 30 * HOUR_MS }),
  'notice-blind-removed': {
    ...blind({ closedAt: BACK_AT }),
    connection: { connectionId: 'openai:acme', title: 'openai:acme' },
  },
  'notice-downtime-quiet': down(),
  'notice-downtime-findings': down({ alerts: ['KS-7', 'KS-12'] }),
  'notice-downtime-unreadable': down({
    alerts: ['KS-7'],
    unreadable: [{ ...CONNECTION, problem: 'OpenAI cannot be reached.' }],
  }),
};

describe.each(Object.entries(CARDS))('%s', (name, card) => {
  test('reads as agreed', async () => {
    await expectMessage(name, noticeView(card, LOCALE));
  });

  test('says the same in text and blocks', () => {
    const rendered = noticeView(card, LOCALE);

    expect(seen(rendered)).toBe(spoken(rendered));
  });
});

test('times are the reader’s own, with policy’s zone where Slack cannot tell', () => {
  const { text } = noticeView(down(), { ...LOCALE, timezone: 'Europe/Vienna' });

  expect(text).toMatch(
    /^I was down <!date\^1792202400\^[^|]+\|2026-10-17 04:00>–<!date\^\d+\^\{time\}\|05:10>, caught up/,
  );
});
