import { buildDigest, type DigestFacts, type RowFacts } from '../../src/domain/digest/build.ts';
import type { DigestCard } from '../../src/domain/digest/card.ts';
import type { ActionKey } from '../../src/domain/digest/top-actions.ts';
import { turnsUntil } from '../../src/domain/digest/turn.ts';
import { CHECKS, type Facts, SCORE_VERSION } from '../../src/domain/hygiene/checks.ts';
import { scoreOf } from '../../src/domain/hygiene/score.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';

/** A Monday, nine o'clock in Berlin. */
export const NINE = Date.UTC(2026, 9, 26, 8);
const USD = 1_000_000;
const FINE = Object.fromEntries(CHECKS.map((id) => [id, true])) as Facts;
const TURNS = turnsUntil(NINE, { timetable: { day: 'monday', atMinutes: 540 }, timeZone: 'Europe/Berlin' }, 8);

export function rowFacts(slug: string, facts: Partial<Facts> = {}, fields: Partial<ActionKey> = {}): RowFacts {
  const key = { keyId: `key_${slug}`, generation: 1, slug, spentMicroUsd: 40 * USD, worst48hMicroUsd: 900 * USD };
  return { key: { ...key, ...fields }, ownerId: 'U0ANA', facts: { ...FINE, ...facts }, beforeMicroUsd: 30 * USD };
}

/** A company in which nothing happened; everything that is given replaces that. */
export function digestFacts(fields: Partial<DigestFacts> = {}): DigestFacts {
  const rows = fields.rowFacts ?? [rowFacts('prod-api')];
  const turn = TURNS.at(-1);
  if (turn === undefined) throw new Error('there is no week');
  return {
    turn,
    turns: TURNS,
    madeAt: NINE,
    isPreview: false,
    score: scoreOf(rows.map(({ key, ownerId, facts }) => ({ keyId: key.keyId, slug: key.slug, ownerId, facts }))),
    past: TURNS.slice(0, -1).map(({ week }) => ({ week, score: 100, scoreVersion: SCORE_VERSION })),
    spent: [30, 31, 33, 32, 36, 38, 39, 40].map((usd) => usd * USD),
    money: {
      spentMicroUsd: 40 * USD,
      beforeMicroUsd: 39 * USD,
      monthMicroUsd: 140 * USD,
      nearest: null,
      atRiskMicroUsd: 900 * USD,
      notKnown: 0,
    },
    alerts: { opened: 0, answersMs: [], open: [], quiet: 0, noticed: [] },
    catches: [],
    rotations: { done: 0, cancelled: 0, open: 0, overdue: 0, pending: [], campaigns: [] },
    data: { blindMs: 0, blind: [], lagsMs: [5, 6, 6, 11].map((minutes) => minutes * MINUTE_MS), reconciled: [] },
    paged: { first: ['U0ANA', 'S0ONCALL'], admins: ['U0CHRIS'], isNobody: false },
    secondAlarms: [],
    unclaimed: [],
    staleProposals: [],
    rowFacts: rows,
    actions: { change: null, unanswered: [], hanging: [] },
    audit: { count: 1_234, head: 'f00dbabe'.repeat(8) },
    ...fields,
  };
}

/** Of everything something, and of most of it much. */
export function fullestFacts(): DigestFacts {
  const rows = Array.from({ length: 60 }, (_, index) =>
    rowFacts(
      `team-${index}-service`,
      { owned: index % 2 === 0, used: index % 3 === 0, capped: false, young: index % 4 === 0, named: index % 5 === 0 },
      { spentMicroUsd: (60 - index) * USD, worst48hMicroUsd: index === 3 ? null : index * 100 * USD },
    ),
  );
  const [first, second, third] = rows.map(({ key }) => key);
  if (first === undefined || second === undefined || third === undefined) throw new Error('there are no keys');
  const alert = (number: number) => ({ alertId: `alert_${number}`, name: `KS-${number}` });
  return digestFacts({
    rowFacts: rows,
    madeAt: NINE + 2 * DAY_MS,
    past: TURNS.slice(0, -1).map(({ week }, index) => ({ week, score: 40 + index * 3, scoreVersion: SCORE_VERSION })),
    spent: [610, 641, 1_640, 700, 720, 680, 710, 812].map((usd) => usd * USD),
    money: {
      spentMicroUsd: 812 * USD,
      beforeMicroUsd: 710 * USD,
      monthMicroUsd: 2_340 * USD,
      nearest: {
        slug: 'team-1-service',
        monthMicroUsd: 830 * USD,
        capMicroUsd: 1_000 * USD,
        origin: 'project',
        sharedWith: 2,
      },
      atRiskMicroUsd: 84_000 * USD,
      notKnown: 3,
    },
    actions: {
      change: {
        kind: 'cap_scope',
        slug: second.slug,
        keyId: second.keyId,
        capMicroUsd: 300 * USD,
        savesMicroUsd: 61_000 * USD,
      },
      unanswered: [{ ...alert(142), key: first }],
      hanging: [third],
    },
    alerts: {
      opened: 9,
      answersMs: [2, 6, 40].map((minutes) => minutes * MINUTE_MS),
      open: [142, 143, 144, 145].map((number) => ({
        ...alert(number),
        slug: `team-${number}`,
        severity: 'high' as const,
      })),
      quiet: 14,
      noticed: [
        { slug: 'team-9-service', headline: ['calling ', { foreign: '<!channel> gpt-*9*' }, ' for the first time'] },
        { slug: 'team-8-service', headline: ['called at an unusual hour'] },
      ],
    },
    catches: [140, 141, 139, 138].map((number, index) => ({
      ...alert(number),
      slug: `team-${number}`,
      by: index === 1 ? 'system:auto-contain' : 'slack:T1/U0BEN',
      lostMicroUsd: 47 * USD,
      afterMs: 14 * MINUTE_MS,
    })),
    rotations: {
      done: 5,
      cancelled: 1,
      open: 2,
      overdue: 3,
      pending: [{ slug: 'team-2-service', since: NINE - 3 * DAY_MS, hangs: true }],
      campaigns: [
        {
          environment: 'production',
          filter: '',
          state: 'running',
          startsAt: NINE - 7 * DAY_MS,
          dueAt: NINE + DAY_MS,
          closedAt: null,
          done: 9,
          keys: 12,
          overdue: 0,
          place: { channel: 'C0KEYS', ts: '1792000000.000100' },
        },
        {
          environment: 'development',
          filter: '',
          state: 'done',
          startsAt: NINE - 7 * DAY_MS,
          dueAt: NINE - 2 * DAY_MS,
          closedAt: NINE - DAY_MS,
          done: 4,
          keys: 5,
          overdue: 0,
          place: { channel: 'C0KEYS', ts: '1792000000.000200' },
        },
      ],
    },
    data: {
      blindMs: 3 * HOUR_MS,
      blind: [
        { title: 'Anthropic', ms: 2 * HOUR_MS, isOver: false },
        { title: 'Keysteward did not run', ms: HOUR_MS, isOver: true },
      ],
      lagsMs: [5, 6, 6, 11].map((minutes) => minutes * MINUTE_MS),
      reconciled: [{ title: 'Anthropic', dayAt: NINE - 2 * DAY_MS, errorShare: 0.003 }],
    },
    secondAlarms: [
      {
        title: 'OpenAI',
        url: 'https://console.test/limits',
        seen: {
          isAsked: true,
          forAll: false,
          kind: 'project',
          scopes: 9,
          alarmed: 3,
          unread: 1,
          without: ['<!channel> *Shop*', 'Data', 'Labs'],
        },
      },
      { title: 'Anthropic', url: 'https://console.test/anthropic', seen: null },
    ],
    unclaimed: ['lost-1', 'lost-2', 'lost-3', 'lost-4'],
    staleProposals: ['old-1', 'old-2'],
  });
}

export function fullestDigest(): DigestCard {
  return buildDigest(fullestFacts());
}
