import { describe, expect, test } from 'vitest';
import { buildDigest, type DigestFacts } from '../../../src/domain/digest/build.ts';
import { previewTurn } from '../../../src/domain/digest/turn.ts';
import type { SeenAlerts } from '../../../src/domain/spend-alert.ts';
import { HOUR_MS } from '../../../src/domain/time.ts';
import { type DigestRendered, digestView } from '../../../src/slack/views/digest.ts';
import { digestTableView } from '../../../src/slack/views/digest-table.ts';
import { type DigestLook, secondAlarmTexts } from '../../../src/slack/views/digest-words.ts';
import { digestFacts, fullestDigest, fullestFacts, NINE, rowFacts } from '../../support/digests.ts';
import { LOCALE } from '../support/cards.ts';
import { expectMessage, seen, spoken } from '../support/golden.ts';

const NAMES: Readonly<Record<string, string>> = { U0ANA: 'ana', U0CHRIS: 'chris' };
const LOOK: DigestLook = {
  locale: { ...LOCALE, timezone: 'Europe/Berlin', workspaceUrl: 'https://acme.slack.example/' },
  nameOf: (id) => NAMES[id] ?? null,
  placeOf: (alertId) => (alertId === 'alert_142' ? { channel: 'C0AIKEYS', ts: '1.0002' } : null),
};

function view(fields: Partial<DigestFacts> = {}): DigestRendered {
  return digestView(buildDigest(digestFacts(fields)), LOOK);
}

function message({ text, blocks }: DigestRendered) {
  return { text, blocks };
}

describe('the digest', () => {
  test('of the fullest week is one screen: fifteen blocks at most, also where a line is added to it', async () => {
    const full = digestView(fullestDigest(), LOOK);
    expect(full.blocks.length).toBeLessThanOrEqual(14);
    await expectMessage('digest-full', message(full));
  });

  test('has the blind hours before any figure', () => {
    const lines = seen(digestView(fullestDigest(), LOOK)).split('\n');
    const place = (words: RegExp) => lines.findIndex((line) => words.test(line));
    expect(place(/Blind for 3 hours this week \(Anthropic 2 hours, and still; /)).toBe(1);
    expect(place(/Blind for/)).toBeLessThan(place(/spent/));
  });

  test('of a quiet week is two lines', async () => {
    const quiet = view();
    expect(quiet.charts).toEqual([]);
    expect(quiet.text.split('\n')).toHaveLength(2);
    await expectMessage('digest-quiet', message(quiet));
  });

  test('of the first week says so, and shows no course of a single point', async () => {
    const first = view({
      past: [],
      spent: [null, null, null, null, null, null, null, 12_000_000],
      money: { ...digestFacts().money, spentMicroUsd: 12_000_000, beforeMicroUsd: null },
      rowFacts: [rowFacts('prod-api', { owned: false })],
    });
    expect(first.charts).toEqual([]);
    await expectMessage('digest-first', message(first));
  });

  test('that is counted in a new way shows no drop', () => {
    const past = digestFacts().past.map((one) => ({ ...one, score: 55, scoreVersion: 0 }));
    const { text, charts } = view({ past });
    expect(text).toContain('does not compare');
    expect(text).not.toMatch(/up \d|down \d/);
    expect(charts).toEqual([]);
  });

  test('that somebody asks for has no charts and no sheet: it is shown to them alone and is kept nowhere', () => {
    const preview = digestView(
      buildDigest({ ...fullestFacts(), isPreview: true, turn: previewTurn(NINE + HOUR_MS, 'Europe/Berlin') }),
      LOOK,
    );
    expect(JSON.stringify(preview.blocks)).not.toMatch(/data_visualization|digest_csv/);
    expect(preview.text).toMatch(/Hygiene score: .*\nSpent each week/);
  });

  test('calls nobody but those whom it thanks, and what is from outside stays letters', () => {
    const all = JSON.stringify([digestView(fullestDigest(), LOOK), digestTableView(fullestDigest(), LOOK)]);
    expect([...new Set(all.match(/<[@!](?!date)[^>]*>/g))]).toEqual(['<@U0BEN>']);
    expect(all).not.toContain('<!channel>');
  });

  test('says in its text what its blocks say', () => {
    const full = digestView(fullestDigest(), LOOK);
    const shown = seen(full);
    for (const figure of shown.match(/[$−-]?\d[\d,.]*\d/g) ?? []) expect(spoken(full)).toContain(figure);
  });
});

describe('the second alarm', () => {
  const SEEN: SeenAlerts = {
    isAsked: true,
    forAll: false,
    kind: 'project',
    scopes: 5,
    alarmed: 3,
    unread: 0,
    without: ['X', 'Y'],
  };
  const words = (seen: Partial<SeenAlerts> | null) =>
    secondAlarmTexts({
      secondAlarms: [{ title: 'Fake AI', url: 'https://c.test/', seen: seen === null ? null : { ...SEEN, ...seen } }],
    })[0];

  test.each<[string, Partial<SeenAlerts> | null]>([
    ['Fake AI alerts by itself in 3 of 5 projects; X and Y have none', {}],
    ['Fake AI alerts by itself in 4 of 5 projects; X has none', { alarmed: 4, without: ['X'] }],
    [
      'Fake AI alerts by itself in 1 of 9 projects; X, Y, Z and 5 more have none',
      { scopes: 9, alarmed: 1, without: ['X', 'Y', 'Z'] },
    ],
    [
      'Fake AI alerts by itself in 1 of 3 projects; X has none; 1 could not be read',
      { scopes: 3, alarmed: 1, unread: 1, without: ['X'] },
    ],
    [
      'Fake AI alerts by itself in 1 of 2 projects; 1 could not be read',
      { scopes: 2, alarmed: 1, unread: 1, without: [] },
    ],
    ['Fake AI alerts by itself in all 5 projects', { alarmed: 5, without: [] }],
    ['Fake AI alerts by itself in its workspace', { kind: 'workspace', scopes: 1, alarmed: 1, without: [] }],
    ['Fake AI alerts by itself for the whole organization', { forAll: true, alarmed: 0 }],
    ['Fake AI alerts by itself for the whole organization and in 3 of 5 projects', { forAll: true }],
    ['*Fake AI sends no spend alert of its own*: <https://c.test/|set one> as a second alarm', { alarmed: 0 }],
    [
      'Whether Fake AI sends spend alerts of its own could not be read: <https://c.test/|check in its console>',
      { forAll: null, alarmed: 0, unread: 5, without: [] },
    ],
    [
      'Whether Fake AI sends spend alerts of its own could not be read: <https://c.test/|check in its console>',
      { forAll: null, alarmed: 0 },
    ],
    [
      'Whether Fake AI sends spend alerts of its own was not read yet',
      { isAsked: false, forAll: null, alarmed: 0, unread: 5, without: [] },
    ],
    ['Whether Fake AI sends spend alerts of its own, its console says: <https://c.test/|check there>', null],
  ])('%s', (expected, seen) => {
    expect(words(seen)).toBe(expected);
  });
});

test('the table in the thread has the figures behind it, and what each week cost', async () => {
  const table = digestTableView(fullestDigest(), LOOK);
  expect(table.charts.map(({ title }) => title)).toEqual(['Spent each week, USD']);
  await expectMessage('digest-table', message(table));
});
