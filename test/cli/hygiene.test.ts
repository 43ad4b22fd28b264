import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { DAY_MS, floorTo, HOUR_MS } from '../../src/domain/time.ts';
import type { Store } from '../../src/ports/store.ts';
import { systemClock } from '../../src/system/clock.ts';
import { hmacHex } from '../../src/system/installation-secret.ts';
import { keysteward } from '../support/command-line.ts';
import { keyOf, knownLimits, limitsOf, lineageOf, usageOf } from '../support/records.ts';
import { openTestStore, temporaryFolder } from '../support/store.ts';

// Each command is a process of its own, on a machine that does other things as well.
vi.setConfig({ testTimeout: 120_000 });

const SECRET = 'ab'.repeat(32);
const MILLION = 1_000_000;
const POLICY = `
channels: { alerts: '#ai-keys' }
roles: { admins: [U0ADMIN], responders: [U0ANA] }
caps: { monthly: [{ match: 'prod-*', monthly_usd: 500 }] }
`;

/** What a bot has left: prod-api with an owner and a cap that is watched, old-bot with neither. */
async function installation(): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'installation.secret'), `${SECRET}\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'policy.yml'), POLICY);
  const secret = new Secret(SECRET);
  const { store } = openTestStore({ path: join(folder, 'data.db'), sign: (text) => hmacHex(secret, text) });
  await fill(store, systemClock.now());
  return folder;
}

async function fill(store: Store, now: number): Promise<void> {
  const openai = { connectionId: 'openai', providerId: 'openai', createdAt: now - 90 * DAY_MS };
  const uncapped = { availability: 'available', monthlyMicroUsd: null, enforcing: null } as const;
  const rate = { id: 'rl#tokens', model: 'gpt-5', kind: 'max_tokens_per_1_minute', value: 10_000 };
  const day = floorTo(now, DAY_MS) - DAY_MS;
  await store.write(async (tx) => {
    await tx.lineages.insert(
      lineageOf({ id: 'lin_1', slug: 'prod-api', environment: 'production', ownerSlackId: 'U0ANA' }),
    );
    await tx.lineages.insert(lineageOf({ id: 'lin_2', slug: 'old-bot', environment: 'unknown' }));
    await tx.keys.insert(keyOf({ ...openai, lastUsedAt: now - HOUR_MS }));
    await tx.keys.insert(
      keyOf({ ...openai, id: 'key_2', lineageId: 'lin_2', scopeId: 'proj_2', firstSeenAt: now - 90 * DAY_MS }),
    );
    await tx.members.upsert({
      userId: 'U0ANA',
      teamId: 'T1',
      name: 'Ana <b>\u001b[31m',
      email: null,
      timezone: null,
      isActiveFullMember: true,
      lastSeenAt: now,
    });
    await tx.scopeLimits.put(
      knownLimits({
        connectionId: 'openai',
        scopeId: 'proj_1',
        limits: limitsOf({ spendLimit: uncapped, rateLimits: [rate] }),
      }),
    );
    const use = usageOf({ connectionId: 'openai', startAt: day, widthMs: DAY_MS, costMicroUsd: 12 * MILLION });
    await tx.usage.replaceWindow('openai', { from: day, to: day + DAY_MS }, [use]);
  });
}

const of = (text: string, slug: string) => JSON.parse(text).find((one: { slug: string }) => one.slug === slug);

test('score, lint, blast radius and digest of any database are told without a bot, in the fields that are promised', async () => {
  const folder = await installation();

  const score = keysteward(folder, 'score', '--json');
  expect(score.status).toBe(0);
  expect(Object.keys(JSON.parse(score.stdout))).toEqual(['score', 'checks']);
  const checks: { id: string; items: unknown }[] = JSON.parse(score.stdout).checks;
  expect(checks[0]).toEqual({
    id: 'owned',
    weight: 20,
    lost: 2,
    items: [{ slug: 'old-bot', fix: '/keys owner old-bot @somebody' }],
  });
  expect(checks.find(({ id }) => id === 'capped')?.items).toEqual([{ slug: 'old-bot', fix: '/keys caps old-bot' }]);

  const radius = keysteward(folder, 'blast-radius', '--json');
  expect(of(radius.stdout, 'prod-api')).toEqual({
    slug: 'prod-api',
    // Of 10,000 tokens a minute each is an answer, at $10 a million.
    worst48hMicroUsd: 288 * MILLION,
    boundedBy: 'rate',
    stoppedBy: 'people',
    withinMinutes: expect.any(Number),
    assumptions: [expect.stringContaining('all models that it may call')],
    isTheoretical: true,
  });
  expect(of(radius.stdout, 'old-bot')).toMatchObject({ worst48hMicroUsd: null, boundedBy: 'not_known' });

  const lint = keysteward(folder, 'lint', '--json');
  expect(JSON.parse(lint.stdout)[0]).toEqual({
    slug: 'old-bot',
    kind: 'owner',
    what: 'belongs to nobody',
    evidence: [],
    fix: 'assign',
  });

  const digest = keysteward(folder, 'digest', '--render', 'json');
  expect(JSON.parse(digest.stdout)).toMatchObject({
    isPreview: true,
    keys: 2,
    score: JSON.parse(score.stdout).score,
    money: { spentMicroUsd: 12 * MILLION, atRiskMicroUsd: 288 * MILLION, notKnown: 1 },
  });
});

test('a list has the cap that policy sets; without a policy its defaults count, and that is said', async () => {
  const folder = await installation();
  expect(of(keysteward(folder, 'keys', 'list', '--json').stdout, 'prod-api')).toMatchObject({
    capMicroUsd: 500 * MILLION,
    blastRadiusMicroUsd: 288 * MILLION,
  });

  rmSync(join(folder, 'policy.yml'));
  const listed = keysteward(folder, 'keys', 'list', '--json');
  const score = keysteward(folder, 'score', '--json');

  expect(of(listed.stdout, 'prod-api')).toMatchObject({
    capMicroUsd: null,
    rotationDueAt: expect.any(String),
    blastRadiusMicroUsd: 288 * MILLION,
  });
  expect(score.status).toBe(0);
  expect(Object.keys(JSON.parse(score.stdout))).toEqual(['score', 'checks']);
  for (const { stderr } of [listed, score])
    expect(stderr).toMatch(/^There is no policy at .*policy\.yml: worked out with its defaults\./m);
});

test('what people read has paragraphs, names and no mark of Slack', async () => {
  const folder = await installation();

  const { stdout } = keysteward(folder, 'digest');

  expect(stdout).toMatch(/^Keys in the last 7 days: \d+ of 100\n\n\$12 spent/);
  expect(stdout).toMatch(
    /\n\nThree things to do[^\n]*\n {2}- Cap the project or workspace of prod-api at \$20 a month in its provider’s console\n {4}takes \$\d+ off the risk/,
  );
  expect(stdout).toContain('\nTonight an alert calls Ana <b> [31m, then U0ADMIN\n');
  for (const mark of ['*', '\u001b', '&lt;', '<@']) expect(stdout).not.toContain(mark);
  const risk = keysteward(folder, 'blast-radius').stdout;
  expect(risk).toMatch(/prod-api +up to \$290 +rate, no cap +people/);
  expect(risk).toMatch(
    /\n1 key has no cap that stops it: if leaked, in theory up to \$290 in 48 hours; 1 key of which nothing/,
  );
  expect(risk).toContain('cap the project or workspace of prod-api at $20 a month in its provider’s console.');
  expect(keysteward(folder, 'keys', 'list').stdout).toMatch(/prod-api .* Ana <b> \[31m /);
  expect(keysteward(folder, 'lint').stdout).toMatch(/old-bot +belongs to nobody +\/keys owner old-bot @somebody\n/);
  expect(keysteward(folder, 'score').stdout).toMatch(/^Hygiene score: \d+ of 100\n\nno owner: 1 key, 2 of 20 points/);
});

test.each([
  [['digest', '--render', 'html'], 2, 'Allowed choices are text, json.'],
  [['digest', '--json'], 2, "unknown option '--json'. keysteward digest takes --render <form>, --week <week>."],
  [['digest', '--week', '2026-W01'], 1, 'No digest of 2026-W01 was sent here; a week is written like 2026-W44.'],
  [['score', 'prod-api'], 2, 'Expected 0 arguments but got 1. keysteward score takes --json.'],
  [['lint', '--jsn'], 2, '(Did you mean --json?). keysteward lint takes --json.'],
  [['keys', 'lst'], 2, '(Did you mean list?). keysteward keys takes list, export, import.'],
])('%j is refused on one line that says what is allowed', async (args, status, problem) => {
  const { stdout, stderr, ...said } = keysteward(await installation(), ...args);
  const own = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('No admin key'));

  expect({ ...said, stdout }).toEqual({ status, stdout: '' });
  expect(own).toEqual([expect.stringContaining(problem)]);
});
