import { describe, expect, test } from 'vitest';
import type { BlindDetail } from '../../../src/domain/notice.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { UnpricedDetail } from '../../../src/domain/unpriced.ts';
import type {
  BlindCard,
  DowntimeCard,
  NoticeCard,
  UnpricedCard,
} from '../../../src/services/notices/describe-notice.ts';
import { noticeView } from '../../../src/slack/views/notice.ts';
import { testPolicy } from '../../support/bench-deps.ts';
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

function unpriced({
  keys = ['staging-ci'],
  ...detail
}: Partial<UnpricedDetail> & { keys?: UnpricedCard['keys'] } = {}): UnpricedCard {
  return {
    kind: 'unpriced',
    providerTitle: 'Anthropic',
    keys,
    detail: {
      providerId: 'anthropic',
      model: 'claude-xyz-9',
      endpoint: 'messages',
      modality: null,
      dayAt: Date.UTC(2026, 9, 17),
      costMicroUsd: 41_200_000,
      tokens: 9_000_000,
      requests: 0,
      pricedAs: 'claude-opus-4-0',
      rates: { inputUsd: 15, cachedInputUsd: 1.5, outputUsd: 75 },
      keyIds: keys.map((_, index) => `key_${index}`),
      keyCount: keys.length,
      state: 'running',
      ...detail,
    },
  };
}

const PICTURES = { model: 'gpt-image-7', endpoint: 'images', providerId: 'openai', tokens: 0, rates: null } as const;

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
  'notice-unpriced-running': unpriced(),
  'notice-unpriced-many-keys': unpriced({ keys: ['staging-ci', 'prod-api', null], keyCount: 1204 }),
  'notice-unpriced-over': unpriced({ state: 'over', keys: ['staging-ci', 'prod-api'] }),
  'notice-unpriced-priced': unpriced({ state: 'priced' }),
  'notice-unpriced-audio': unpriced({ modality: 'audio', model: "it's `new`*_<b>", costMicroUsd: 1_000 }),
  'notice-unpriced-pictures': unpriced({ ...PICTURES, requests: 12, pricedAs: 'gpt-image-2 4K' }),
  'notice-unpriced-nothing': unpriced({ ...PICTURES, model: '', endpoint: 'videos', requests: 1, pricedAs: null }),
  'notice-unpriced-tokens': unpriced({ pricedAs: null, rates: null, costMicroUsd: 0 }),
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

test('amounts in another currency come with the rate and its day, once', () => {
  const currency = { code: 'EUR', usdRate: 0.9, rateDate: '2026-08-01' };
  const { text } = noticeView(unpriced(), { ...LOCALE, currency });

  expect(text).toContain('Its €37 so far today is an estimate');
  expect(text.match(/amounts in EUR at 0\.9 for \$1 \(2026-08-01\)/g)).toHaveLength(1);
});

test('the line to paste is a price that policy.yml takes', () => {
  for (const card of [unpriced(), unpriced({ modality: 'audio', model: "it's `new`" })]) {
    const { text } = noticeView(card, LOCALE);
    const line = /```(.*?)```/s.exec(text)?.[1];

    expect(testPolicy(`prices:\n  ${line}\n`).prices).toMatchObject([{ price: { kind: 'tokens' } }]);
    expect(testPolicy(`prices:\n  ${line}\n`).prices[0]?.model?.pattern.test(card.detail.model)).toBe(true);
  }
});
