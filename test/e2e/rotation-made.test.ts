import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { HOUR_MS } from '../../src/domain/time.ts';
import { renderText } from '../../src/sandbox/slack/index.ts';
import { openStage, type Stage } from '../../src/sandbox/stage.ts';
import { quietMonth } from '../../src/sandbox/world/index.ts';
import { recordingLogger } from '../providers/support/recording-logger.ts';
import { present } from '../support/bench-deps.ts';
import { ask, CHANNEL, clickAndRead, minutes, person, submit } from './support/night.ts';

vi.setConfig({ testTimeout: 240_000 });

const POLICY = `
environments: [{ match: 'prod-*', environment: production }]
secrets: [{ match: '*', store: local, reference: '{slug}.env#API_KEY' }]
calendar: { timezone: Europe/Amsterdam }
`;

/** A calm company, looked at once an hour: nothing of what a rotation does may look like trouble. */
async function openCalm(): Promise<Stage> {
  const options = {
    scenario: quietMonth,
    provider: 'openai' as const,
    seed: 1,
    pollMinutes: 60,
    lagMinutes: 5,
    policy: POLICY,
  };
  const stage = await openStage({ ...options, logger: recordingLogger() });
  onTestFinished(() => stage.close());
  await stage.playUntil(stage.clock.now() + minutes(2));
  return stage;
}

test('Keysteward makes, stores and proves a production key’s successor, and two people end the old one', async () => {
  const stage = await openCalm();
  const { store } = stage.app.deps;
  const old = present(stage.world.findKey('openai', 'prod-api'));
  const lineage = present((await store.read.lineages.all()).find(({ slug }) => slug === 'prod-api'));
  await store.write((tx) => tx.lineages.update({ ...lineage, consumers: ['api', 'worker'] }));
  const oldId = present((await store.read.keys.all()).find(({ providerKeyId }) => providerKeyId === old.id)).id;
  const before = await alarms(stage);

  await open(stage, '/keys rotate prod-api');
  expect((await submit(stage, 'U0ANA', { reason: { value: 'the quarter' } })).page).toContain('has begun');
  await soon(stage);
  const root = present(rootOf(stage));
  expect(replies(stage, root)[0]).toContain('Make it for me…');
  await press(stage, root, 0, 'rotation_make');
  expect((await submit(stage, 'U0ANA', {})).page).toContain('Keysteward is on it');
  await soon(stage);

  // Made and stored in one go; the value is in the file of this user alone, and nowhere else.
  const file = join(stage.folder, 'secrets', 'prod-api.env');
  const value = present(/API_KEY=["']?([^"'\n]+)/.exec(readFileSync(file, 'utf8'))?.[1]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(replies(stage, root)[0]).toContain('1. Generate the new key – done by Keysteward');
  expect(replies(stage, root)[1]).toContain('2. Store it – done by Keysteward');
  expect(JSON.stringify(stage.slack.workspace.messages('C0AIKEYS'))).not.toContain(value);

  // Who uses it is ticked off; with the last one the step ticks itself.
  expect(replies(stage, root)[2]).toContain('• api – by hand');
  await press(stage, root, 2, 'rotation_tick');
  const rows = await store.read.rotationConsumers.ofRotation((await rotation(stage, oldId)).id);
  const all = rows.map(({ requestId }) => requestId);
  const tick = await submit(stage, 'U0ANA', { consumers: { value: all } });
  expect(tick.page).toContain('2 consumers ticked off');
  await soon(stage);
  expect(replies(stage, root)[2]).toContain('3. Redeploy who uses it – done by');

  // The traffic moves; the old key is quiet for a day; nobody clicks.
  const made = present(stage.world.findKey('openai', `prod-api-2026-${newNameDay(stage)}`));
  stage.world.redeploy({ fromKeyId: old.id, toKeyId: made.id });
  await stage.playUntil(stage.clock.now() + 3 * HOUR_MS);
  expect(replies(stage, root)[3]).not.toContain('– done');
  await stage.playUntil(stage.clock.now() + 24 * HOUR_MS);
  expect(replies(stage, root)[3]).toContain('4. Verify the traffic – done by Keysteward');
  expect(replies(stage, root)[5]).toContain('6. Update the inventory – done by Keysteward');
  expect(await alarms(stage)).toEqual(before);

  // One person asks, the other agrees; the step says meanwhile whom it waits for.
  await press(stage, root, 4, 'key_revoke');
  const asked = await submit(stage, 'U0ANA', { reason: { value: 'replaced' }, slug: { value: 'prod-api' } });
  expect(asked.errors).toBeUndefined();
  await soon(stage);
  expect(replies(stage, root)[4]).toContain('waits for @chris until');
  const request = present(
    stage.slack.workspace
      .messages('C0AIKEYS')
      .findLast((one) => JSON.stringify(one.metadata ?? {}).includes('approval:')),
  );
  await stage.during(() =>
    person(stage, 'U0CHRIS').click({ channel: 'C0AIKEYS', ts: request.ts, actionId: 'approval_approve' }),
  );
  await stage.settle();
  await stage.playUntil(stage.clock.now() + 3 * HOUR_MS);

  expect(stage.world.stateOf(old.id)).toBe('deleted');
  expect(replies(stage, root)[4]).toMatch(/Agreed to by @chris\. Its usage stayed zero up to/);
  expect(text(stage, root)).toContain('prod-api has a new key.');
  const card = await ask(stage, 'U0ANA', '/keys show prod-api');
  expect(card).toContain(`Label ${made.name}`);
  expect(card).toContain('Rotation due');
  expect(await alarms(stage)).toEqual(before);
  expect((await store.read.outbox.counts()).dead).toBe(0);
  expect(await store.read.audit.verify(undefined)).toMatchObject({ ok: true });
});

test('in an emergency a public key is stopped first, another one when its successor is in place', async () => {
  const stage = await openCalm();
  for (const [name, said] of [
    ['staging-ci', 'yes'],
    ['nightly-batch', 'no'],
  ] as const) {
    const { read } = stage.app.deps.store;
    const old = present(stage.world.findKey('openai', name));
    const key = present((await read.keys.all()).find(({ providerKeyId }) => providerKeyId === old.id));
    const { slug } = present(await read.lineages.get(key.lineageId));

    await open(stage, `/keys rotate ${slug} --emergency`);
    const entries = { public: { value: said }, reason: { value: 'it was in a gist' } };
    const { page } = await submit(stage, 'U0ANA', entries);
    expect(page.includes('stop it now')).toBe(said === 'yes');
    await soon(stage);
    const root = present(rootOf(stage));
    expect(thread(stage, root).join('\n')).toContain(`Emergency: ${slug}`);
    // Nobody is to be left without a key, unless anybody can have it.
    expect(replies(stage, root)[4]?.includes('[ Revoke')).toBe(said === 'yes');

    await press(stage, root, 0, 'rotation_make');
    await submit(stage, 'U0ANA', {});
    await soon(stage);
    expect(replies(stage, root)[1]).toContain('2. Store it – done by Keysteward');
    const { newKeyId } = await rotation(stage, key.id);
    expect(await read.keys.get(newKeyId ?? '')).toMatchObject({ status: 'active' });
  }
  expect((await stage.app.deps.store.read.outbox.counts()).dead).toBe(0);
});

async function rotation(stage: Stage, keyId: string) {
  const open = await stage.app.deps.store.read.rotations.allOpen();
  return present(open.find(({ oldKeyId }) => oldKeyId === keyId));
}

function newNameDay(stage: Stage): string {
  return new Date(stage.clock.now()).toISOString().slice(5, 10);
}

async function alarms(stage: Stage): Promise<readonly string[]> {
  return (await stage.app.deps.store.read.alerts.unresolved()).map(({ headline }) => JSON.stringify(headline));
}

async function open(stage: Stage, line: string): Promise<void> {
  await stage.during(() => person(stage, 'U0ANA').command(line, CHANNEL));
  await stage.settle();
}

function soon(stage: Stage): Promise<void> {
  return stage.playUntil(stage.clock.now() + minutes(3));
}

function rootOf(stage: Stage): string | undefined {
  return person(stage, 'U0ANA')
    .visibleMessages(CHANNEL)
    .findLast(({ metadata }) => JSON.stringify(metadata ?? {}).includes('"rotation:'))?.ts;
}

function thread(stage: Stage, root: string): readonly string[] {
  return person(stage, 'U0ANA')
    .thread(CHANNEL, root)
    .map((one) => renderText(one, stage.slack.workspace));
}

function text(stage: Stage, root: string): string {
  return thread(stage, root)[0] ?? '';
}

function replies(stage: Stage, root: string): readonly string[] {
  return thread(stage, root).slice(1);
}

async function press(stage: Stage, root: string, step: number, actionId: string): Promise<string> {
  const who = person(stage, 'U0ANA');
  for (const view of [...who.views].reverse()) await who.closeView(view.id);
  return clickAndRead(stage, 'U0ANA', { ts: tsOf(stage, root, step), actionId });
}

function tsOf(stage: Stage, root: string, step: number): string {
  return present(person(stage, 'U0ANA').thread(CHANNEL, root)[step + 1]).ts;
}
