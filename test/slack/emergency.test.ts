import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { renderText, renderView } from '../../src/sandbox/slack/index.ts';
import { pollUsageJob } from '../../src/scheduler/jobs/poll-usage.ts';
import { later, present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { FakeStore } from '../support/fake-store.ts';
import { EXTRAS } from '../support/limits.ts';
import { limitsOf } from '../support/records.ts';
import {
  CHANNEL,
  click,
  closeAll,
  ephemerals,
  page,
  replies,
  roots,
  stepTs,
  submit,
  textOf,
  threadOf,
  workOff,
} from './support/rotation-gestures.ts';
import { type Running, startRunning } from './support/running.ts';

const BOT = { kind: 'service_account', id: 'svc_1', name: 'ci', email: null, hasAccess: true } as const;
const REASON = { value: 'it was in a gist' };

/** Keys of a service account that are kept in a store, in steady use until now. */
async function startKept(): Promise<Running> {
  const vault = new FakeStore();
  for (const slug of ['staging-ci', 'prod-api']) vault.put(`apps/${slug}#KEY`, `sk-old-${slug}`);
  const secretOf = ({ slug }: { readonly slug: string }) => ({ store: 'vault', reference: `apps/${slug}#KEY` });
  const running = await startRunning({
    provider: { create: 'service_account', extras: EXTRAS },
    keeping: { secretStores: new Map([['vault', vault.port]]), places: { secretOf, hooksOf: () => [] } },
  });
  running.provider.put(
    fakeKey('apikey_1', { label: 'staging-ci', owner: BOT }),
    fakeKey('apikey_2', { label: 'prod-api', owner: BOT }),
  );
  await running.sync();
  for (let ago = 12 * HOUR_MS; ago > 0; ago -= 10 * MINUTE_MS) {
    for (const keyId of ['apikey_1', 'apikey_2']) use(running, keyId, -ago);
  }
  await pollUsageJob.run(running.deps);
  return running;
}

function use(running: Running, keyId: string, sinceNowMs: number): void {
  running.provider.use.push({ keyId, at: running.clock.now() + sinceNowMs, tokens: 500, requests: 3 });
}

/** Ana says that it is one; returns the root message. */
async function beginEmergency(running: Running, slug: string, isPublic: 'yes' | 'no'): Promise<string> {
  await running.slack.person('U0ANA').command(`/keys rotate ${slug} --emergency`, CHANNEL);
  await running.settled();
  expect(page(running, 'U0ANA')).toContain('Is the key public?');
  await submit(running, 'U0ANA', { reason: REASON, public: { value: isPublic } });
  await workOff(running);
  return present(roots(running).at(-1));
}

async function makeNewKey(running: Running, root: string): Promise<void> {
  await click(running, 'U0ANA', stepTs(running, root, 0), 'rotation_make');
  await submit(running, 'U0ANA', {});
  await workOff(running);
}

/** The traffic has moved, and a poll shows it. */
async function move(running: Running, root: string): Promise<void> {
  await click(running, 'U0ANA', stepTs(running, root, 2), 'rotation_done');
  use(running, 'made_1', 2 * MINUTE_MS);
  later(running, 10 * MINUTE_MS);
  use(running, 'made_1', -MINUTE_MS);
  await pollUsageJob.run(running.deps);
  await workOff(running);
}

/** What comes next, where people look who are not in the thread. */
async function expectElsewhere(running: Running, next: string): Promise<void> {
  const ana = running.slack.person('U0ANA');
  for (const line of ['/keys status', '/keys show staging-ci']) {
    await ana.command(line, CHANNEL);
    await running.settled();
    expect(ephemerals(running, 'U0ANA').at(-1)).toContain(next);
  }
  await ana.openHome();
  await running.settled();
  expect(renderView(present(ana.home), running.slack.workspace)).toContain(next);
}

describe('an emergency', () => {
  test('of a public key stops it first, at once and from where one is, and then makes the new one', async () => {
    const running = await startKept();
    const root = await beginEmergency(running, 'staging-ci', 'yes');
    expect(page(running, 'U0ANA')).toContain('The key is public: stop it now.');
    expect(textOf(running, root)).toContain('Emergency: rotating staging-ci');
    const list = present(threadOf(running, root).find((text) => text.includes('Emergency: staging-ci')));
    expect(list).toContain('so it is stopped first, whoever breaks');
    expect(list).toContain('Collect what it was used for');

    expect(textOf(running, root)).toContain('next: stop the old key');
    await expectElsewhere(running, 'next: stop the old key');
    expect(replies(running, root)[4]).not.toContain('after verify');
    const view = present(running.slack.person('U0ANA').views.at(-1));
    await running.slack.person('U0ANA').click({ viewId: view.id, actionId: 'key_suspend' });
    await running.settled();
    await submit(running, 'U0ANA', { reason: REASON });
    await workOff(running);
    expect(running.provider.effects).toEqual(['suspend apikey_1']);
    expect(threadOf(running, root).join('\n')).toMatch(/:white_check_mark: Stop the old key by @ana/);

    expect(textOf(running, root)).toContain('next: generate');
    await expectElsewhere(running, 'next: generate');
    await makeNewKey(running, root);
    await move(running, root);
    expect(replies(running, root)[3]).toContain('4. Verify the traffic – done by Keysteward');
    await click(running, 'U0ANA', stepTs(running, root, 4), 'key_revoke');
    await submit(running, 'U0ANA', { reason: REASON });
    await workOff(running);
    expect(running.provider.effects).toEqual([
      'suspend apikey_1',
      'createKey staging-ci-2026-10-17',
      'revoke apikey_1',
    ]);
    expect(textOf(running, root)).toContain('staging-ci has a new key.');
  });

  test('of another key on production makes the new one first, verifies in minutes, and two people end the old one', async () => {
    const running = await startKept();
    const root = await beginEmergency(running, 'prod-api', 'no');
    expect(page(running, 'U0ANA')).not.toContain('stop it now');
    expect(threadOf(running, root).join('\n')).toContain('The new key comes first, then the old one is stopped.');
    expect(replies(running, root)[4]).not.toContain('[ Retire');
    await makeNewKey(running, root);
    expect(running.provider.effects).toEqual(['createKey prod-api-2026-10-17']);

    await move(running, root);
    expect(replies(running, root)[3]).toContain('4. Verify the traffic – done by Keysteward');
    await click(running, 'U0ANA', stepTs(running, root, 4), 'rotation_retire');
    await submit(running, 'U0ANA', { reason: REASON, slug: { value: 'prod-ap' } }, { errors: ['slug'] });
    await submit(running, 'U0ANA', { reason: REASON, slug: { value: 'prod-api' } });
    await workOff(running);
    expect(running.provider.effects).toEqual(['createKey prod-api-2026-10-17']);
    expect(replies(running, root)[4]).toContain('waits for @chris until');

    await click(running, 'U0ANA', stepTs(running, root, 4), 'approval_approve');
    await workOff(running);
    expect(running.provider.effects).toEqual(['createKey prod-api-2026-10-17']);
    await closeAll(running, 'U0ANA');
    await click(running, 'U0CHRIS', stepTs(running, root, 4), 'approval_approve');
    await workOff(running);
    expect(running.provider.effects).toEqual(['createKey prod-api-2026-10-17', 'suspend apikey_2']);

    running.clock.jumpTo(running.clock.now() + running.deps.policy.rotation.graceMs);
    await workOff(running);
    expect(running.provider.effects).toEqual(['createKey prod-api-2026-10-17', 'suspend apikey_2', 'revoke apikey_2']);
    expect(replies(running, root)[4]).toContain('Agreed to by @chris');
    expect(textOf(running, root)).toContain('prod-api has a new key.');
    const asked = running.audit().filter(({ verb }) => verb === 'key.revoke.requested');
    expect(asked.map(({ detail }) => detail['approvedBy'])).toEqual([expect.stringContaining('U0CHRIS')]);
  });

  test('has buttons for what Keysteward can do: lower the cap, collect usage, write to the support', async () => {
    const running = await startKept();
    const spendLimit = { availability: 'available', monthlyMicroUsd: 500_000_000, enforcing: null } as const;
    running.provider.limits.set('ws_1', limitsOf({ spendLimit }));
    const root = await beginEmergency(running, 'staging-ci', 'yes');
    const ana = running.slack.person('U0ANA');
    const list = () => present(ana.thread(CHANNEL, root).find(({ text }) => text?.includes('Emergency: staging-ci')));
    const shown = () => renderText(list(), running.slack.workspace);
    expect(shown()).toContain('[ Lower the cap or limits… ] [ Collect usage ]');

    await click(running, 'U0ANA', list().ts, 'key_brakes');
    expect(page(running, 'U0ANA')).toContain('Monthly cap');
    const view = present(ana.views.at(-1));
    await ana.click({ viewId: view.id, actionId: 'scope_cap' });
    await running.settled();
    // A production key is in the same scope, and feels it as well.
    await submit(running, 'U0ANA', { amount: { value: '50' }, reason: REASON, slug: { value: 'staging-ci' } });
    await workOff(running);
    expect(running.provider.effects).toEqual(['setSpendLimit ws_1 50000000']);

    expect(shown()).toMatch(/:white_check_mark: Lower the cap, .* by @ana/);
    expect(shown()).not.toContain('[ Lower the cap or limits… ]');
    await click(running, 'U0ANA', list().ts, 'rotation_check_usage');
    await click(running, 'U0ANA', list().ts, 'rotation_check_support');
    await workOff(running);

    const thread = threadOf(running, root).join('\n');
    expect(thread).toContain('What the old key of staging-ci was used for');
    expect(thread).toContain('Subject: leaked API key');
    expect(thread).not.toContain('sk-old-');
    expect(shown()).toMatch(/:white_check_mark: Collect what it was used for in the last 24 hours by @ana/);
    expect(shown()).toMatch(/:white_check_mark: Ask the provider’s support .* by @ana/);
    expect(shown()).not.toContain('[ Collect usage ]');
    expect(shown()).not.toContain('[ Text for support ]');
  });
});
