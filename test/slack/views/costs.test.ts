import { describe, expect, test } from 'vitest';
import type { DriftDetail } from '../../../src/domain/notice.ts';
import type { CostStatus } from '../../../src/services/money/cost-status.ts';
import type { DriftCard } from '../../../src/services/notices/describe-notice.ts';
import { costStatusText } from '../../../src/slack/views/costs.ts';
import { noticeView } from '../../../src/slack/views/notice.ts';
import { LOCALE, NOW } from '../support/cards.ts';
import { expectMessage, seen, spoken } from '../support/golden.ts';

const USD = 1_000_000;
const DAY = Date.UTC(2026, 10, 20);

function part(
  key: string | null,
  [ours, theirs]: readonly [number, number],
  kind: 'key' | 'no_key' | 'scope' | 'unknown_key' = 'key',
) {
  return { name: { kind, key, scope: 'Production' }, ownMicroUsd: ours * USD, providerMicroUsd: theirs * USD };
}

function card(
  detail: Partial<DriftDetail> = {},
  worst: DriftCard['worst'] = [part('prod-api', [280, 311])],
): DriftCard {
  return {
    kind: 'drift',
    connection: { connectionId: 'openai:acme', title: 'OpenAI' },
    worst,
    detail: {
      connectionId: 'openai:acme',
      dayAt: DAY,
      providerMicroUsd: 443 * USD,
      ownMicroUsd: 412 * USD,
      state: 'drifts',
      worst: [],
      others: 0,
      estimatedMicroUsd: 0,
      hasUnpriced: false,
      unseenMicroUsd: 0,
      isEven: false,
      models: [],
      ...detail,
    },
  };
}

const SEVERAL = [
  part('prod-api', [280, 311]),
  part(null, [0, 22], 'no_key'),
  part('key_9', [0, 4], 'unknown_key'),
] as const;

const WHOLE_AGREES = { ownMicroUsd: 440 * USD };
const CARDS: Readonly<Record<string, DriftCard>> = {
  'notice-drift': card(),
  'notice-drift-even': card({ isEven: true }, SEVERAL.slice(0, 1)),
  'notice-drift-estimated': card({ estimatedMicroUsd: 90 * USD, models: ['gpt-6', 'gpt-6-mini'] }),
  'notice-drift-unpriced': card({ hasUnpriced: true, estimatedMicroUsd: 3 * USD, models: ['gpt-6*<!channel>'] }, [
    part(null, [280, 311], 'scope'),
  ]),
  'notice-drift-unseen': card({ unseenMicroUsd: 26 * USD, others: 2 }, SEVERAL),
  'notice-drift-nothing-theirs': card({ providerMicroUsd: 0, ownMicroUsd: 12 * USD }, [part('prod-api', [12, 0])]),
  'notice-drift-one-key': card(WHOLE_AGREES, [part('prod-api', [12, 20])]),
  'notice-drift-some-keys': card({ ...WHOLE_AGREES, others: 1 }, SEVERAL),
  'notice-drift-over': card({ state: 'agrees', ...WHOLE_AGREES }, []),
  'notice-drift-removed': {
    ...card({ state: 'removed' }),
    connection: { connectionId: 'openai:acme', title: 'openai:acme' },
  },
  'notice-drift-unreadable': card({ state: 'unreadable' }),
};

describe.each(Object.entries(CARDS))('%s', (name, drift) => {
  test('reads as agreed, the same in text and blocks', async () => {
    const rendered = noticeView(drift, LOCALE);

    await expectMessage(name, rendered);
    expect(seen(rendered)).toBe(spoken(rendered));
  });
});

describe('the line of the status', () => {
  const compared = {
    kind: 'compared',
    dayAt: DAY,
    providerMicroUsd: 443 * USD,
    ownMicroUsd: 439.5 * USD,
    verdict: 'agrees',
    hiddenParts: 0,
    shadowMicroUsd: 0,
    failingSince: null,
    problem: null,
  } as const;
  const line = (costs: CostStatus) => costStatusText(costs, LOCALE);

  test('says how near the figures are', () => {
    expect(line(compared)).toBe('costs agree with the provider’s to 0.8 % (Nov 20)');
    expect(line({ ...compared, ownMicroUsd: 443 * USD })).toBe('costs agree with the provider’s to 0.1 % (Nov 20)');
  });

  test('says by how much they drift, also where the whole hides it', () => {
    const drifts = { ...compared, verdict: 'drifts', ownMicroUsd: 412 * USD } as const;

    expect(line(drifts)).toBe(':warning: our costs are 7 % below the provider’s (Nov 20): $412 against $443');
    expect(line({ ...compared, verdict: 'drifts', hiddenParts: 2 })).toBe(
      ':warning: costs agree with the provider’s as a whole to 0.8 % (Nov 20), but 2 keys or scopes are off by more than 5 %',
    );
  });

  test('tells of spend on no watched key from a dollar and a hundredth on', () => {
    const shadow = (usd: number) => line({ ...compared, shadowMicroUsd: usd * USD });

    expect(shadow(31)).toMatch(/; \$31 of theirs \(7 %\) on none of the keys that are watched$/);
    expect(shadow(4.42)).not.toContain('watched');
    expect(line({ ...compared, providerMicroUsd: 5 * USD, shadowMicroUsd: 0.9 * USD })).not.toContain('watched');
    expect(shadow(-50)).not.toContain('watched');
  });

  test('tells "not open to us", "too little", "not yet", and why not', () => {
    const failing = { failingSince: NOW, problem: 'OpenAI <is> away.' };

    expect(line({ kind: 'not_offered' })).toBeNull();
    expect(line({ kind: 'not_enabled' })).toMatch(/^:warning: costs cannot be read with this key: give it the right/);
    expect(line({ ...compared, verdict: 'too_little' })).toContain('too little to compare');
    expect(line({ kind: 'not_compared', failingSince: null, problem: null })).toBe('costs not compared yet');
    expect(line({ kind: 'not_compared', ...failing })).toMatch(
      /; :warning: not read since <!date.*: OpenAI &lt;is&gt; away\.$/,
    );
    expect(line({ ...compared, ...failing })).toMatch(/^costs agree .*not read since/);
  });
});
