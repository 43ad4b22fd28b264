import type { HomeView } from '@slack/types';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../../../src/domain/authorise.ts';
import { HOUR_MS } from '../../../src/domain/time.ts';
import { assertView } from '../../../src/sandbox/slack/strictness/index.ts';
import { readBasis, readHome } from '../../../src/services/home/read-home.ts';
import { claimLineage } from '../../../src/services/owners/claims.ts';
import { openRotation } from '../../../src/services/rotation/open-rotation.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { shareBar } from '../../../src/slack/views/bar.ts';
import { homeRefusalView, homeView } from '../../../src/slack/views/home.ts';
import { settingsModal } from '../../../src/slack/views/home-settings.ts';
import { fakeKey, fakeScope } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { LOCALE, NOW } from '../support/cards.ts';
import { ADMIN, type CommandBench, openCommandBench, PERSON, RESPONDER } from '../support/command-bench.ts';
import { expectView, seenView } from '../support/golden.ts';
import { KEY_LIKE_TEXTS, nastyText } from '../support/nasty.ts';

interface Asked {
  readonly userId: string;
  readonly roles: readonly Role[];
  readonly seesAll?: boolean;
  readonly page?: number;
}

const ROLES = {
  admin: { userId: ADMIN, roles: ['viewer', 'admin'] },
  responder: { userId: RESPONDER, roles: ['viewer', 'responder'] },
  viewer: { userId: 'U0VIEWER', roles: ['viewer'] },
  'owner-outside-viewers': { userId: PERSON, roles: [], seesAll: false },
} as const satisfies Record<string, Asked>;

async function homeOf(bench: CommandBench, { userId, roles, seesAll = true, page = 1 }: Asked): Promise<HomeView> {
  const { deps } = bench;
  const card = await readHome(deps, { userId, roles, seesAll }, { basis: await readBasis(deps), page });
  return homeView(card, LOCALE);
}

/** Three keys: one leaks and is Ben's, one is claimed by Dee, one is being rotated by Ana. */
async function company(): Promise<CommandBench> {
  const bench = openCommandBench();
  const { deps, provider, store } = bench;
  provider.put(
    fakeKey('apikey_1', { label: 'staging-ci' }),
    fakeKey('apikey_2', { label: 'prod-api' }),
    fakeKey('apikey_3', { label: 'dev-web' }),
  );
  await bench.sync();
  provider.use = [{ keyId: 'apikey_2', at: NOW - HOUR_MS, tokens: 41_000_000, model: 'fake-1' }];
  await pollUsage(deps, provider.port);
  const own = await bench.lineageOf('apikey_1');
  const capped = await bench.lineageOf('apikey_2');
  await store.write(async (tx) => {
    await tx.lineages.update({ ...own, ownerSlackId: PERSON, workload: 'runs the tests' });
    await tx.lineages.update({ ...capped, capMicroUsd: 100_000_000 });
  });
  await alertOn(bench, 'apikey_1');
  const actor = { kind: 'slack', userId: 'U0DEE', teamId: 'T1' } as const;
  await claimLineage(deps, { actor, lineageId: capped.id });
  const { id: keyId } = await bench.keyOf('apikey_3');
  await openRotation(deps, { actor: { ...actor, userId: RESPONDER }, keyId, alertId: null, reason: 'a drill' });
  return bench;
}

describe('the Home tab', () => {
  test.each(Object.entries(ROLES))('of the %s shows what they may see and do', async (name, asked) => {
    await expectView(`home-${name}`, await homeOf(await company(), asked));
  });

  test('of an owner outside the viewers names no key of others, no number and no other provider', async () => {
    const bench = await company();
    bench.connect({ id: 'other', title: 'Other AI' });

    const shown = JSON.stringify(await homeOf(bench, ROLES['owner-outside-viewers']));

    expect(shown).toContain('staging-ci');
    for (const hidden of ['prod-api', 'dev-web', 'in numbers', 'Other AI', 'Find stale', 'Claim keys', 'Settings'])
      expect(shown).not.toContain(hidden);
  });

  test('is a sentence for everybody else', async () => {
    await expectView('home-refused', homeRefusalView('Nothing was done: only members may look.'));
  });

  test('offers settings to admins and a test alert to responders alone', async () => {
    const bench = await company();
    const shown = async (asked: Asked) => seenView((await homeOf(bench, asked)) as never);

    expect(await shown(ROLES.admin)).toContain('Settings…');
    expect(await shown(ROLES.responder)).not.toContain('Settings…');
    expect(await shown(ROLES.responder)).toContain('Practise an alert');
    expect(await shown(ROLES.viewer)).not.toMatch(/Practise|Settings|Confirm/);
  });
});

describe('the first step', () => {
  let bench: CommandBench;
  beforeEach(() => {
    bench = openCommandBench();
  });
  const shown = async (asked: Asked) => seenView((await homeOf(bench, asked)) as never);
  const inventory = (fields: object) =>
    bench.store.write((tx) =>
      tx.inventoryReads.put({
        ...{ connectionId: bench.provider.port.connectionId, readAt: null, failingSince: null },
        ...{ missedReads: 0, problem: null, ...fields },
      }),
    );

  test('without a connection is to make one, and tells an admin how', async () => {
    bench.disconnect(bench.provider.port.connectionId);

    expect(await shown(ROLES.admin)).toContain('No provider is connected yet');
    expect(await shown(ROLES.admin)).toContain('keysteward init');
    expect(await shown(ROLES.viewer)).not.toContain('keysteward init');
  });

  test('while the first read runs is to wait', async () => {
    expect(await shown(ROLES.viewer)).toContain('being read for the first time');
  });

  test('when no list can be read says why', async () => {
    await inventory({ failingSince: NOW, missedReads: 1, problem: 'The admin key was refused.' });

    expect(await shown(ROLES.viewer)).toMatch(/cannot be read since .*\n?.*The admin key was refused/);
    expect(await shown(ROLES.viewer)).toContain('No key list could be read yet.');
  });

  test('without any key is to make one', async () => {
    await inventory({ readAt: NOW });

    expect(await shown(ROLES.viewer)).toContain('there is no key in them');
  });
});

describe('whatever the inventory holds', () => {
  test('the tab keeps to Slack’s limits, shows no secret and pings nobody', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(nastyText, { minLength: 1, maxLength: 14 }),
        nastyText,
        fc.constantFrom(...Object.values(ROLES)),
        fc.integer({ min: -3, max: 9 }),
        async (labels, scope, asked: Asked, page) => {
          const bench = openCommandBench();
          bench.provider.scopes = [fakeScope('ws_1', scope)];
          bench.provider.put(...labels.map((label, i) => fakeKey(`k_${i}`, { label, hint: label, scopeId: 'ws_1' })));
          await bench.sync();
          for (const lineage of await bench.store.read.lineages.all())
            await bench.store.write((tx) =>
              tx.lineages.update({ ...lineage, ownerSlackId: asked.userId, capMicroUsd: labels.length }),
            );
          await alertOn(bench, 'k_0');

          const view = await homeOf(bench, { ...asked, page });

          assertView(view);
          expect(view.blocks.length).toBeLessThanOrEqual(100);
          const payload = JSON.stringify(view);
          for (const key of KEY_LIKE_TEXTS) expect(payload).not.toContain(key);
          // Labels of buttons are plain text.
          for (const [mrkdwn] of payload.matchAll(/"type":"mrkdwn","text":"(?:[^"\\]|\\.)*"/g))
            expect(mrkdwn).not.toMatch(/<!(?:channel|here|everyone|subteam)/);
        },
      ),
      { numRuns: 40 },
    );
  }, 120_000);

  test('alerts, claims and keys by the hundred leave it within 100 blocks', async () => {
    const bench = openCommandBench();
    bench.provider.put(
      ...Array.from({ length: 120 }, (_, i) => fakeKey(`k_${i}`, { label: `key ${'&'.repeat(70)} ${i}` })),
    );
    await bench.sync();
    const actor = { kind: 'slack', userId: 'U0DEE', teamId: 'T1' } as const;
    for (let i = 0; i < 20; i += 1) await alertOn(bench, `k_${i}`);
    for (let i = 20; i < 40; i += 1)
      await claimLineage(bench.deps, { actor, lineageId: (await bench.lineageOf(`k_${i}`)).id });

    const view = await homeOf(bench, { userId: ADMIN, roles: ['viewer', 'responder', 'admin'] });

    assertView(view);
    expect(view.blocks.length).toBeLessThanOrEqual(100);
    expect(seenView(view as never)).toContain('and 15 more open alerts');
    expect(seenView(view as never)).toContain('and 15 more claims to confirm');
  });
});

describe('settings', () => {
  test('say what holds and which line of the file sets it', async () => {
    const settings = [
      { key: 'channels.alerts', value: '#ai-keys', line: 2 },
      { key: 'roles.admins', value: 'U0CHRIS, S0SECURITY', line: 4 },
      { key: 'polling.usage_minutes', value: '5', line: null },
    ];

    await expectView('home-settings', settingsModal(settings, ['Slack: Socket Mode']));
  });

  test('of any length and text fit one modal', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(nastyText, nastyText), { maxLength: 400 }), (pairs) => {
        const settings = pairs.map(([key, value], line) => ({ key, value, line }));
        assertView(
          settingsModal(
            settings,
            pairs.slice(0, 30).map(([line]) => line),
          ),
        );
      }),
      { numRuns: 50 },
    );
  });
});

test('a bar is full at the whole only, and never empty where there is something', () => {
  expect([0, 0.001, 0.5, 0.999, 1, 7, Number.NaN, Number.POSITIVE_INFINITY].map(shareBar)).toEqual([
    '░░░░░░░░░░',
    '▓░░░░░░░░░',
    '▓▓▓▓▓░░░░░',
    '▓▓▓▓▓▓▓▓▓░',
    '▓▓▓▓▓▓▓▓▓▓',
    '▓▓▓▓▓▓▓▓▓▓',
    '░░░░░░░░░░',
    '▓▓▓▓▓▓▓▓▓▓',
  ]);
});
