import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { HOUR_MS } from '../../src/domain/time.ts';
import { assertMessage, assertView } from '../../src/sandbox/slack/strictness/index.ts';
import { pollUsage } from '../../src/services/usage/poll-usage.ts';
import { subcommands } from '../../src/slack/commands/index.ts';
import type { Rendered } from '../../src/slack/views/blocks.ts';
import { fakeKey, fakeScope } from '../support/fake-provider.ts';
import { NOW } from './support/cards.ts';
import { ADMIN, type CommandBench, openCommandBench, PERSON, RESPONDER } from './support/command-bench.ts';
import { FUZZ_RUNS, FUZZ_TIMEOUT_MS } from './support/forgery.ts';
import { seen, spoken } from './support/golden.ts';
import { KEY_LIKE_TEXTS, NASTY_LABELS, nastyText } from './support/nasty.ts';

// Thousands of lines, on a machine that does other things as well.
vi.setConfig({ testTimeout: FUZZ_TIMEOUT_MS });

const OURS = /<@U[A-Z0-9]+>|<!date\^\d+\^[a-z_ {}]+\|[^<>|]*>|<https:\/\/[a-z./-]+\|[^<>|]*>/g;
const names = subcommands.map(({ name }) => name);

/** Keys, scopes and models of nasty names, with traffic. */
async function nastyBench(labels: readonly string[]): Promise<CommandBench> {
  const bench = openCommandBench();
  bench.provider.scopes = [fakeScope('ws_1', labels[0] ?? ''), fakeScope('ws_2', 'Kitchen')];
  bench.provider.put(
    ...labels.map((label, index) => fakeKey(`apikey_${index}`, { label, hint: label.slice(0, 20), scopeId: 'ws_1' })),
    fakeKey('apikey_plain', { label: 'prod-api', scopeId: 'ws_2' }),
    fakeKey('apikey_admin', { label: 'terraform', kind: 'admin', scopeId: null }),
  );
  bench.provider.use = labels.flatMap((label, index) => [
    { keyId: `apikey_${index}`, at: NOW - HOUR_MS, tokens: 1_000_000 * (index + 1), model: label || 'm' },
    { keyId: null, scopeId: 'ws_1', at: NOW - HOUR_MS, tokens: 500_000 },
  ]);
  await bench.sync();
  await pollUsage(bench.deps, bench.provider.port);
  return bench;
}

/** An answer, or the sentence that stands for it. Anything else thrown is a bug. */
async function answerTo(bench: CommandBench, line: string, userId: string): Promise<Rendered | string | null> {
  try {
    return await bench.run(line, userId);
  } catch (error) {
    if (error instanceof AppError) return error.publicMessage;
    throw error;
  }
}

function expectSameWords(rendered: Rendered): void {
  // A button says nothing that has to be in the text, wherever it stands.
  const blocks = rendered.blocks
    .filter(({ type }) => type !== 'actions')
    .map((block) => (block.type === 'section' ? { ...block, accessory: undefined } : block)) as Rendered['blocks'];
  const shown = seen({ text: rendered.text, blocks }).replace(/\s+/g, ' ');
  const said = spoken(rendered).replace(/\s+/g, ' ');
  if (said.endsWith('…')) expect(shown.startsWith(said.slice(0, 200))).toBe(true);
  else expect(said).toBe(shown);
}

function expectHarmless(rendered: Rendered): void {
  assertMessage(rendered);
  const payload = JSON.stringify(rendered);
  for (const key of KEY_LIKE_TEXTS) expect(payload).not.toContain(key);
  expect(rendered.text.replace(OURS, '')).not.toMatch(/<[!@#]|<[a-z]+:/i);
  expectSameWords(rendered);
}

const LINES = [
  'help',
  'status',
  'list',
  'list sort:spend spend:>0',
  'caps',
  'caps env:prod',
  'blast-radius',
  'score',
  'score me',
  'score owned',
  'digest',
  'list unowned',
  'list never-used model:fake* cap:none watched:yes sort:owner',
  'export',
  'export all unowned',
  'import',
  'register',
  'register prod-api gone',
  'stale',
  'lint',
  'stale 1',
  'mine',
  'spend',
  'spend 24h',
  'spend key-2 30d',
  'spend prod-api',
  'show key-2',
  'show prod-api',
  'show key',
  'backtest',
  'backtest 3',
  'factor prod-api',
  'factor prod-api 8',
  'factor key-2',
  'history',
  'history prod-api',
  'owner prod-api',
  'owner prod-api <@U0BEN>',
  'owner prod-api me',
  'claim prod-api',
  'cap prod-api',
  'cap prod-api 250',
  'cap prod-api none',
  'expect',
  'expect prod-api',
  'expect prod-api until 6h 500 load test',
  'expect prod-api 200 EUR until tomorrow',
  'expect',
  'mute',
  'mute prod-api',
  'mute prod-api spend-accel 3d known batch',
  'mute prod-api nonsense 3d',
  'mute',
  'quiet',
  'quiet 30',
  'show prod-api',
  'expect prod-api end',
  'mute prod-api spend-acceleration end',
  'edit prod-api',
  'suspend prod-api',
  'revoke prod-api',
  'restore prod-api',
  'rotate prod-api',
  'test-alert',
  'audit',
  'audit',
  'offboard <@U0BEN>',
  'offboard',
  'suspend scope Kitchen',
  'suspend scope ws_1',
  'suspend scope s',
];

describe('every command', () => {
  test('is tried here', () => {
    expect(new Set(LINES.map((line) => line.split(' ')[0]))).toEqual(new Set(names));
  });

  test('says in text what its blocks say, and no label pings or breaks anything', async () => {
    for (const part of [NASTY_LABELS.slice(0, 10), NASTY_LABELS.slice(10, 20), NASTY_LABELS.slice(20)]) {
      const bench = await nastyBench(part);
      for (const line of LINES) {
        for (const userId of [PERSON, RESPONDER, ADMIN]) {
          const answer = await answerTo(bench, line, userId);
          if (answer !== null && typeof answer !== 'string') expectHarmless(answer);
        }
      }
      for (const view of bench.views) {
        assertView(view);
        for (const key of KEY_LIKE_TEXTS) expect(JSON.stringify(view)).not.toContain(key);
      }
    }
  });

  test('answers whatever is typed with one message or one sentence', async () => {
    const bench = await nastyBench(NASTY_LABELS.slice(0, 12));
    const part = fc.oneof(
      nastyText,
      fc.constantFrom(
        'prod-api',
        'key',
        'scope',
        'Kitchen',
        '<@U0BEN>',
        '<@U0GUEST>',
        '<@U0NOBODY>',
        '7d',
        '-5',
        '€200',
        '1e9',
      ),
      fc.constantFrom(
        'owner:none',
        'env:',
        'unused:>30d',
        'spend:>ten',
        'sort:',
        'sort:spend',
        '"',
        '“x',
        'none',
        'me',
      ),
      fc.string({ maxLength: 20 }),
    );
    const line = fc
      .tuple(fc.constantFrom(...names), fc.array(part, { maxLength: 4 }))
      .map(([name, rest]) => `${name} ${rest.join(' ')}`);
    const people = fc.constantFrom(PERSON, RESPONDER, ADMIN);
    await fc.assert(
      fc.asyncProperty(line, people, fc.integer({ min: 1, max: 40 }), async (text, userId, page) => {
        bench.views.length = 0;
        const answer = await bench.run(text, userId, page).catch((error: unknown) => {
          if (error instanceof AppError) return error.publicMessage;
          throw error;
        });
        if (typeof answer === 'string') {
          expect(answer).toMatch(/[.?)]$/);
          for (const key of KEY_LIKE_TEXTS) expect(answer).not.toContain(key);
        } else if (answer === null) expect(bench.views.length).toBeGreaterThan(0);
        else assertMessage(answer);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});
