import { expect, test, vi } from 'vitest';
import type { Stage } from '../../src/sandbox/stage.ts';
import { present } from '../support/bench-deps.ts';
import {
  ask,
  CHANNEL,
  clickAndRead,
  leakKey,
  leakOf,
  minutes,
  openNight,
  person,
  playToAlert,
  submit,
  threadTexts,
} from './support/night.ts';

vi.setConfig({ testTimeout: 90_000 });

const REASON = { reason: { value: 'until we know more' } };

/** Shows a key, clicks a button of its card, and gives what the modal says. */
async function showAndClick(stage: Stage, userId: string, slug: string, actionId: string): Promise<string> {
  await ask(stage, userId, `/keys show ${slug}`);
  const own = person(stage, userId)
    .visibleMessages(CHANNEL)
    .filter(({ ephemeralTo }) => ephemeralTo === userId);
  return clickAndRead(stage, userId, { ts: present(own.at(-1)).ts, actionId });
}

test.each(['openai', 'anthropic'] as const)('a cap is changed from the card of a key at %s', async (provider) => {
  const stage = await openNight({ provider, anthropic: { spendLimits: 'on' } });
  await stage.playUntil(leakOf(stage).startedAt - minutes(4));
  const { lineageId, scopeId } = await leakKey(stage);
  const { slug } = present(await stage.app.deps.store.read.lineages.get(lineageId));
  const noun = provider === 'openai' ? 'project' : 'workspace';
  expect(await ask(stage, 'U0ANA', `/keys show ${slug}`)).toMatch(
    new RegExp(`Provider’s cap none · \\$[\\d,.]+ spent in the ${noun} this month`),
  );
  expect(await showAndClick(stage, 'U0BEN', slug, 'scope_cap')).toContain(
    'only a responder or an admin may change its limits',
  );

  const page = await showAndClick(stage, 'U0ANA', slug, 'scope_cap');
  expect(page).toContain('Now: none');
  expect(page).toMatch(new RegExp(`The cap holds for every key of the ${noun}: ${slug}, and also [a-z-]+\\.`));
  expect(page).toContain('it is no brake for a leak');
  const typed = { ...REASON, ...(page.includes('to confirm') ? { slug: { value: slug } } : {}) };
  expect((await submit(stage, 'U0ANA', { ...typed, amount: { value: 'ten' } })).errors).toMatchObject({
    amount: expect.stringContaining('Write it in digits.'),
  });
  const { page: done } = await submit(stage, 'U0ANA', { ...typed, amount: { value: '750.50' } });
  expect(done).toContain(
    'The change of the cap from none to $750.50 a month, until somebody changes it, is on its way.',
  );
  await stage.playUntil(stage.clock.now() + minutes(1));

  expect(stage.world.capOf(present(scopeId))?.microUsd).toBe(750_500_000);
  const card = await ask(stage, 'U0BEN', `/keys show ${slug}`);
  expect(card).toMatch(
    new RegExp(
      `Provider’s cap \\$750\\.50 a month on the ${noun} \\(1 other key shares it\\) · \\$[\\d,.]+ used this month \\(\\d+%\\)`,
    ),
  );
  expect(card).toContain('Last act Cap changed from none to $750.50 a month by @ana');
  expect(await stage.app.deps.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
  const message = await playToAlert(stage);
  expect(threadTexts(stage, message)[0]).toContain(`Cap $750.50 a month on the ${noun} (1 other key shares it)`);
});

test('where caps are not opened to the organization the card says so, and where to change them by hand', async () => {
  const stage = await openNight({ provider: 'anthropic' });
  await stage.playUntil(leakOf(stage).startedAt - minutes(4));

  const card = await ask(stage, 'U0ANA', '/keys show staging-ci');

  expect(card).toContain('Provider’s cap not known (not opened to your organization)');
  expect(card).toContain('Change the cap there');
  expect(card).not.toContain('[ Change cap… ]');
});

test('a key that refuses to be revoked leads to its account: its siblings are named, and gone afterwards', async () => {
  const stage = await openNight({ provider: 'openai', openai: { serviceAccountKeyDelete: 'refused' } });
  const leaking = present(stage.world.key(leakOf(stage).keyId));
  const sibling = stage.world.createKey({
    provider: 'openai',
    scopeId: leaking.scopeId,
    name: 'staging-deploy',
    owner: leaking.owner,
  });
  const message = await playToAlert(stage);
  const { slug } = present(await stage.app.deps.store.read.lineages.get((await leakKey(stage)).lineageId));

  await clickAndRead(stage, 'U0ANA', { ts: message.ts, actionId: 'key_revoke' });
  await submit(stage, 'U0ANA', REASON);
  await stage.playUntil(stage.clock.now() + minutes(1));
  const [root = ''] = threadTexts(stage, message);
  expect(root).toContain('Deleting its service account staging-ci stops it, and with it staging-deploy.');
  expect(root).toContain('[ Delete account… ]');
  expect(stage.world.stateOf(leaking.id)).toBe('active');
  const refused = await clickAndRead(stage, 'U0ANA', { ts: message.ts, actionId: 'account_delete' });
  expect(refused).toContain('only an admin may delete its account');

  const page = await clickAndRead(stage, 'U0CHRIS', { ts: message.ts, actionId: 'account_delete' });
  expect(page).toContain('• staging-deploy');
  expect(page).toContain('This cannot be undone');
  expect((await submit(stage, 'U0CHRIS', { ...REASON, slug: { value: 'staging' } })).errors).toMatchObject({
    slug: `This has to be exactly ${slug}.`,
  });
  const { page: done } = await submit(stage, 'U0CHRIS', { ...REASON, slug: { value: slug } });
  expect(done).toContain('and its 2 keys are being deleted');
  await stage.playUntil(stage.clock.now() + minutes(1));

  expect([leaking.id, sibling.id].map((id) => stage.world.stateOf(id))).toEqual(['deleted', 'deleted']);
  const keys = await stage.app.deps.store.read.keys.all();
  const ours = keys.filter(({ providerKeyId }) => [leaking.id, sibling.id].includes(providerKeyId));
  expect(ours.map(({ status }) => status)).toEqual(['gone', 'gone']);
  expect(threadTexts(stage, message)[0]).toContain('Account deleted by @chris');
  expect(await stage.app.deps.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
});
