import { describe, expect, test } from 'vitest';
import { DAY_MS, SECOND_MS } from '../../src/domain/time.ts';
import { defaultWorkspace, renderText, renderView } from '../../src/sandbox/slack/index.ts';
import type { Entries } from '../../src/sandbox/slack/submission.ts';
import { requestRetirement } from '../../src/services/actions/request-retirement.ts';
import { runCampaigns } from '../../src/services/campaigns/run-campaigns.ts';
import { startByHand } from '../../src/services/campaigns/start-campaign.ts';
import { NOON, present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { ADA } from '../support/requests.ts';
import { type Running, type RunningOptions, startRunning } from './support/running.ts';

const CHANNEL = 'ai-keys';
const AIM = { environment: null, filter: 'fleet' } as const;

describe('a campaign in Slack', () => {
  test('is one pinned message, with one message per key in its thread, a second and more apart', async () => {
    const { running, root } = await campaign(4);

    expect(textOf(running, root)).toContain('Rotation of fleet: 0 of 4 keys done.');
    expect(replies(running, root)).toHaveLength(4);
    expect(replies(running, root)[0]).toContain('fleet-0  ░░░░░░  @ana');
    expect(replies(running, root)[0]).toContain('1. Generate the new key: make a key named exactly fleet-0-');
    const posts = stamps(running, root).map((ts) => Number(ts) * SECOND_MS);
    expect(posts.every((at, index) => index === 0 || at - (posts[index - 1] ?? 0) >= SECOND_MS)).toBe(true);
    // Slack never had to slow it down.
    expect(running.slack.calls.filter(({ error }) => error === 'ratelimited')).toEqual([]);
    expect(running.slack.calls.filter(({ method }) => method === 'pins.add')).toHaveLength(1);
  });

  test('turns quick clicks of two people into one state, one edit of the key, one of the campaign, and no post', async () => {
    const { running, root } = await campaign(3);
    const before = running.slack.calls.length;
    const [ts = ''] = stamps(running, root);
    const ana = running.slack.person('U0ANA');
    const chris = running.slack.person('U0CHRIS');
    await choose(running, ts);

    const done = { channel: CHANNEL, ts, actionId: 'rotation_done' };
    await Promise.all([ana.click(done), ana.click(done), chris.click(done)]);
    await running.settled();
    await running.drain();

    expect(replies(running, root)[0]).toContain('▓▓░░░░');
    expect(replies(running, root)[0]).toContain('3. Redeploy');
    const calls = running.slack.calls.slice(before);
    expect(calls.filter(({ method }) => method === 'chat.postMessage')).toEqual([]);
    // Generate and store: two edits of the key, and one of the campaign that counts both.
    expect(calls.filter(({ method }) => method === 'chat.update').length).toBeLessThanOrEqual(4);
    expect(running.audit().filter(({ verb }) => verb === 'rotation.step.done')).toHaveLength(2);
  });

  test('of many keys has one message per owner, and a key gets its own only where it is asked for', async () => {
    const { running, root } = await campaign(32);
    expect(replies(running, root)).toHaveLength(1);
    expect(replies(running, root)[0]).toContain('your keys: 0 of 32 keys done.');

    const [list = ''] = stamps(running, root);
    const click = { channel: CHANNEL, ts: list, actionId: 'campaign_next' };
    await running.slack.person('U0ANA').click(click);
    await running.settled();
    await running.drain();
    expect(replies(running, root)).toHaveLength(6);

    await running.slack.person('U0BEN').click(click);
    await running.settled();
    await running.drain();
    expect(replies(running, root)).toHaveLength(6);
    expect(ephemerals(running, 'U0BEN').at(-1)).toContain(
      'only the key’s owner, a responder or an admin may rotate it',
    );
  });

  test('shows what to do and what else there is, says why it stands still, and ends with a report', async () => {
    const { running, root } = await campaign(2);
    const [ts = ''] = stamps(running, root);
    const ana = running.slack.person('U0ANA');
    for (const [actionId, text] of [
      ['rotation_help', 'If you have lost its value'],
      ['rotation_more', '6. Update the inventory: todo'],
    ] as const) {
      await ana.click({ channel: CHANNEL, ts, actionId });
      await running.settled();
      expect(page(running, 'U0ANA')).toContain(text);
      await closeAll(running, 'U0ANA');
    }
    await ana.click({ channel: CHANNEL, ts, actionId: 'rotation_block' });
    await running.settled();
    await submit(running, 'U0ANA', { reason: { value: 'release freeze' } });
    await running.drain();
    expect(replies(running, root)[0]).toContain('release freeze');
    expect(textOf(running, root)).toContain('1 blocked');

    await ana.click({ channel: CHANNEL, ts: root, actionId: 'campaign_end' });
    await running.settled();
    await submit(running, 'U0ANA', { reason: { value: 'enough for this year' } });
    await running.drain();
    expect(textOf(running, root)).toContain('Rotation of fleet is over: 0 of 2 keys done');
    expect(replies(running, root).at(-1)).toContain('Report: Rotation of fleet');
    expect(replies(running, root).at(-1)).toContain('release freeze');
    expect(running.slack.calls.filter(({ method }) => method === 'pins.remove')).toHaveLength(1);
  });

  test('asks for second persons in one message in its thread, with buttons for each key, and posts nothing per key', async () => {
    const roles = '{ admins: [U0CHRIS], responders: [U0ANA, U0DEE] }';
    const { running, root } = await campaign(12, { roles });
    await retireAll(running);
    const roots = () => running.slack.workspace.messages('C0AIKEYS').filter(({ threadTs }) => !threadTs);

    expect(roots()).toHaveLength(1);
    expect(replies(running, root)).toHaveLength(13);
    const asks = () => replies(running, root).at(-1) ?? '';
    expect(asks()).toContain('12 old keys wait for a second person before anything is stopped.');
    expect(asks()).toContain('@ana wants to suspend fleet-0 now and revoke it for good later.');
    expect(asks()).toContain('and 2 more, which move up');
    expect(asks()).toMatch(/@dee @chris$/);
    expect(asks()).not.toContain('fleet-9');
    expect(asks()).toMatch(/until \S+ \d+, \d{4}/);

    const ts = stamps(running, root).at(-1) ?? '';
    const clickOn = async (userId: string, actionId: string) => {
      const [next] = await running.store.read.approvals.waiting();
      const blockId = `approval_${next?.id}`;
      await running.slack.person(userId).click({ channel: CHANNEL, ts, blockId, actionId });
      await running.settled();
      await running.drain();
    };
    await clickOn('U0ANA', 'approval_approve');
    expect(ephemerals(running, 'U0ANA').at(-1)).toContain('somebody else has to approve it');
    await clickOn('U0DEE', 'approval_approve');
    await clickOn('U0CHRIS', 'approval_decline');

    expect(asks()).toContain('10 old keys wait for a second person');
    expect(asks()).toContain('fleet-9');
    expect(asks()).toMatch(/Approved by @dee: fleet-0\nDeclined by @chris: fleet-1/);
    expect(roots()).toHaveLength(1);
    expect(replies(running, root)).toHaveLength(13);
    expect(replies(running, root)[0]).toContain('is suspended');
    expect(replies(running, root)[2]).toContain('waits for @dee or @chris until');
  });

  test('reminds by one direct message a day, and needs no right to pin', async () => {
    const { app } = defaultWorkspace;
    const scopes = app.scopes.filter((scope) => scope !== 'pins:write');
    const { running, root } = await campaign(3, { seed: { ...defaultWorkspace, app: { ...app, scopes } } });
    expect(textOf(running, root)).toContain('0 of 3 keys done');

    running.clock.jumpTo(running.clock.now() + 4 * DAY_MS);
    await runCampaigns(running.deps);
    await running.drain();

    const direct = running.slack
      .person('U0ANA')
      .directMessages()
      .map((message) => renderText(message, running.slack.workspace));
    expect(direct.filter((text) => text.includes('3 keys of yours wait'))).toHaveLength(1);
    expect(replies(running, root)[0]).toContain('reminded 1× · next reminder: the owner by direct message');
  });
});

async function campaign(keys: number, options: RunningOptions = {}): Promise<{ running: Running; root: string }> {
  const running = await startRunning(options);
  const createdAt = running.clock.now() - 700 * DAY_MS;
  for (let index = 0; index < keys; index += 1) {
    running.provider.put(fakeKey(`fleet_${index}`, { label: `fleet-${index}`, createdAt }));
  }
  await running.sync();
  await running.store.write(async (tx) => {
    for (const lineage of await tx.lineages.all()) {
      await tx.lineages.update({ ...lineage, ownerSlackId: 'U0ANA', ownerStanding: 'confirmed' });
    }
    const ana = { userId: 'U0ANA', teamId: 'T0ACME', name: 'ana', email: null, timezone: 'UTC' };
    await tx.members.upsert({ ...ana, isActiveFullMember: true, lastSeenAt: running.clock.now() });
  });
  const { id } = await startByHand(running.deps, ADA, AIM);
  await runCampaigns(running.deps);
  await running.drain();
  return { running, root: (await running.store.read.messages.get('campaign', id))?.ts ?? '' };
}

/** Ana asks for the end of every old key, a second apart. */
async function retireAll(running: Running): Promise<void> {
  const { store, deps } = running;
  for (const rotation of await store.read.rotations.allOpen()) {
    const verified = ['generate', 'store', 'redeploy', 'verify'];
    const steps = rotation.steps.map((one) =>
      verified.includes(one.name) ? { ...one, state: 'done' as const, by: 'slack:T0ACME/U0ANA', at: NOON } : one,
    );
    await store.write((tx) => tx.rotations.update({ ...rotation, steps }));
    const key = present(await store.read.keys.get(rotation.oldKeyId));
    const { slug } = present(await store.read.lineages.get(rotation.lineageId));
    const actor = { kind: 'slack', teamId: 'T0ACME', userId: 'U0ANA' } as const;
    const asked = { actor, keyId: key.id, generation: key.generation, rotationId: rotation.id, alertId: null };
    const outcome = await requestRetirement(deps, { ...asked, typedSlug: slug, reason: 'the new one works' });
    expect(outcome.kind).toBe('waits');
    running.clock.jumpTo(running.clock.now() + SECOND_MS);
  }
  await running.drain();
}

/** The first step by way of its modal: the key is not listed yet. */
async function choose(running: Running, ts: string): Promise<void> {
  const ana = running.slack.person('U0ANA');
  await ana.click({ channel: CHANNEL, ts, actionId: 'rotation_key' });
  await running.settled();
  await submit(running, 'U0ANA', { key: { value: 'It is not listed yet' } });
  await running.drain();
  await closeAll(running, 'U0ANA');
}

async function submit(running: Running, userId: string, entries: Entries): Promise<void> {
  const who = running.slack.person(userId);
  await who.submit(present(who.views.at(-1)).id, entries);
  await running.settled();
}

async function closeAll(running: Running, userId: string): Promise<void> {
  const who = running.slack.person(userId);
  for (const view of [...who.views].reverse()) await who.closeView(view.id);
}

function page(running: Running, userId: string): string {
  return renderView(present(running.slack.person(userId).views.at(-1)), running.slack.workspace);
}

function textOf(running: Running, ts: string): string {
  return threadOf(running, ts)[0] ?? '';
}

function replies(running: Running, ts: string): readonly string[] {
  return threadOf(running, ts).slice(1);
}

function threadOf(running: Running, ts: string): readonly string[] {
  const thread = running.slack.person('U0ANA').thread(CHANNEL, ts);
  return thread.map((message) => renderText(message, running.slack.workspace));
}

/** Of the replies, in order. */
function stamps(running: Running, root: string): readonly string[] {
  return running.slack
    .person('U0ANA')
    .thread(CHANNEL, root)
    .slice(1)
    .map(({ ts }) => ts);
}

function ephemerals(running: Running, userId: string): readonly string[] {
  return running.slack
    .person(userId)
    .visibleMessages(CHANNEL)
    .filter(({ ephemeralTo }) => ephemeralTo === userId)
    .map((message) => renderText(message, running.slack.workspace));
}
