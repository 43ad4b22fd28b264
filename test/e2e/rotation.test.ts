import { expect, test, vi } from 'vitest';
import { renderText, renderView } from '../../src/sandbox/slack/index.ts';
import type { Entries } from '../../src/sandbox/slack/submission.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { present } from '../support/bench-deps.ts';
import {
  ask,
  CHANNEL,
  clickAndRead,
  leakKey,
  leakOf,
  leakRoots,
  minutes,
  openNight,
  person,
  playToAlert,
} from './support/night.ts';

vi.setConfig({ testTimeout: 240_000 });

const STOP = { anthropic: 'rotation_retire', openai: 'key_revoke' } as const;

test.each(['anthropic', 'openai'] as const)(
  'a leaked key is rotated from its alert at %s, step by step',
  async (provider) => {
    const stage = await openNight({ provider, policy: 'rotation: { grace_days: 0 }' });
    const alert = await playToAlert(stage);
    const old = present(stage.world.key(leakOf(stage).keyId));
    const { slug } = await lineage(stage);

    // The alert's button, a reason, and a message with a reply for each step.
    await clickAndRead(stage, 'U0ANA', { ts: alert.ts, actionId: 'key_rotate' });
    expect(
      await submit(stage, { reason: { value: 'it was in a public repository' }, public: { value: 'calm' } }),
    ).toContain('has begun');
    await stage.playUntil(stage.clock.now() + minutes(1));
    const root = present(rotationRoots(stage)[0]);
    expect(replies(stage, root)).toHaveLength(6);
    expect(text(stage, root)).toContain(`Rotating ${slug}: 0 of 6 steps done.\n░░░░░░  next: generate`);
    expect(text(stage, root)).toContain('started from KS-1');

    // Somebody makes the key in the console; the list is read when it is asked for.
    const page = await press(stage, root, 0, 'rotation_key');
    expect(page).toContain('New key: [ It is not listed yet ]');
    const made = stage.world.createKey({
      provider,
      scopeId: old.scopeId,
      name: `${slug}-2026-10-17`,
      owner: old.owner,
    });
    const who = person(stage, 'U0ANA');
    await stage.during(() => who.click({ viewId: present(who.views.at(-1)).id, actionId: 'rotation_sync' }));
    await stage.settle();
    const fresh = present((await keys(stage)).find(({ providerKeyId }) => providerKeyId === made.id));
    expect(await submit(stage, { key: { value: fresh.id } })).toContain('that is the new key');
    await stage.playUntil(stage.clock.now() + minutes(1));
    expect(replies(stage, root)[0]).toContain(`(${slug}-2026-10-17)`);

    // Stored and rolled out: the consumers move, the thief does not.
    await tap(stage, root, 1, 'rotation_done');
    stage.world.redeploy({ fromKeyId: old.id, toKeyId: made.id });
    await stage.playUntil(stage.clock.now() + minutes(1));
    await tap(stage, root, 2, 'rotation_done');
    await stage.playUntil(stage.clock.now() + minutes(20));
    const traffic = await press(stage, root, 3, 'rotation_verify');
    expect(traffic).toContain('The old key still has traffic: whoever uses it breaks when it is revoked.');
    expect(await submit(stage, { reason: { value: 'what is left on it is the thief' } })).toContain('is verified');
    await stage.playUntil(stage.clock.now() + minutes(1));
    expect(replies(stage, root)[3]).toContain('although the old key still had traffic');

    // Where a stop can be taken back the key is suspended first, and revoked when its grace is over.
    await press(stage, root, 4, STOP[provider]);
    const typed = screen(stage).includes('to confirm') ? { slug: { value: slug } } : {};
    await submit(stage, { reason: { value: 'replaced' }, ...typed });
    await stage.playUntil(stage.clock.now() + minutes(2));
    expect((await leakKey(stage)).status).toBe(provider === 'anthropic' ? 'archived' : 'gone');
    expect(replies(stage, root)[4]).toContain('5. Revoke the old key – done by Keysteward');
    // The new key joins the lineage by itself as soon as it is verified.
    await stage.playUntil(stage.clock.now() + minutes(40));

    expect(text(stage, root)).toContain(`${slug} has a new key. The rotation took`);
    expect(text(stage, root)).toContain('generate, store, redeploy, verify: @ana · revoke, inventory: Keysteward');
    // The six steps and the one message of the traffic.
    expect(replies(stage, root)).toHaveLength(7);
    expect(rotationRoots(stage)).toHaveLength(1);
    const told = person(stage, 'U0ANA')
      .thread(CHANNEL, alert.ts)
      .map((one) => renderText(one, stage.slack.workspace));
    expect(told.join('\n')).toContain('Rotation started by Ana Ruiz: its thread');
    expect(told.join('\n')).toContain('Rotated in');

    // One lineage: the slug means the new key, and the move raised no alarm, which would have come along to it.
    expect((await lineage(stage)).id).toBe(present((await keys(stage)).find(({ id }) => id === fresh.id)).lineageId);
    expect(await ask(stage, 'U0ANA', `/keys show ${slug}`)).toContain(`Label ${slug}-2026-10-17`);
    expect(await leakRoots(stage)).toHaveLength(1);
    expect(await stage.app.deps.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
  },
);

async function lineage(stage: Stage) {
  const { lineageId } = await leakKey(stage);
  return present(await stage.app.deps.store.read.lineages.get(lineageId));
}

function keys(stage: Stage) {
  return stage.app.deps.store.read.keys.all();
}

function rotationRoots(stage: Stage): readonly string[] {
  return person(stage, 'U0ANA')
    .visibleMessages(CHANNEL)
    .filter(({ metadata }) => JSON.stringify(metadata ?? {}).includes('"rotation:'))
    .map(({ ts }) => ts);
}

function thread(stage: Stage, root: string) {
  return person(stage, 'U0ANA').thread(CHANNEL, root);
}

function text(stage: Stage, root: string): string {
  return renderText(present(thread(stage, root)[0]), stage.slack.workspace);
}

function replies(stage: Stage, root: string): readonly string[] {
  return thread(stage, root)
    .slice(1)
    .map((one) => renderText(one, stage.slack.workspace));
}

/** A button of a step that opens a modal, and what the modal says. */
async function press(stage: Stage, root: string, step: number, actionId: string): Promise<string> {
  const who = person(stage, 'U0ANA');
  for (const view of [...who.views].reverse()) await who.closeView(view.id);
  return clickAndRead(stage, 'U0ANA', { ts: present(thread(stage, root)[step + 1]).ts, actionId });
}

/** A button of a step that acts at once. */
async function tap(stage: Stage, root: string, step: number, actionId: string): Promise<void> {
  const { ts } = present(thread(stage, root)[step + 1]);
  await stage.during(() => person(stage, 'U0ANA').click({ channel: 'C0AIKEYS', ts, actionId }));
  await stage.settle();
}

function screen(stage: Stage): string {
  return renderView(present(person(stage, 'U0ANA').views.at(-1)), stage.slack.workspace);
}

async function submit(stage: Stage, entries: Entries): Promise<string> {
  const who = person(stage, 'U0ANA');
  const result = await stage.during(() => who.submit(present(who.views.at(-1)).id, entries));
  await stage.settle();
  expect(result.errors).toBeUndefined();
  return screen(stage);
}
