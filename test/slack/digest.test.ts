import { describe, expect, test } from 'vitest';
import { TREND_WEEKS } from '../../src/domain/digest/build.ts';
import type { DigestAction, DigestCard } from '../../src/domain/digest/card.ts';
import { DAY_MS } from '../../src/domain/time.ts';
import { sendDigest } from '../../src/services/digest/send-digest.ts';
import { digestButton } from '../../src/slack/digest-button.ts';
import { digestChannelRenderers } from '../../src/slack/digest-renderers.ts';
import { present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { alertOn } from '../support/findings.ts';
import { LOCALE } from './support/cards.ts';
import { ADMIN, type CommandBench, openCommandBench, PERSON, RESPONDER } from './support/command-bench.ts';
import { type Running, startRunning } from './support/running.ts';

const CHANNEL = 'C0AIKEYS';
const WEEK_MS = 7 * DAY_MS;

/** With a course of two weeks to draw. */
async function afterTwoWeeks(running: Running): Promise<void> {
  const { deps, clock, drain } = running;
  await sendDigest(deps);
  for (let week = 0; week < 2; week += 1) {
    clock.jumpTo(clock.now() + WEEK_MS);
    await sendDigest(deps);
    if (week === 0) await drain();
  }
}

const newest = (running: Running) =>
  present(running.slack.workspace.messages(CHANNEL).findLast(({ threadTs }) => threadTs === undefined));
const typesOf = (running: Running) => newest(running).blocks.map(({ type }) => type);
const REFUSED = { kind: 'error', error: 'invalid_blocks' } as const;

describe('a digest in the channel', () => {
  test('has Slack’s own chart, a table in its thread, and goes to founders directly', async () => {
    const running = await startRunning();
    Object.assign(running.deps.policy.digest, { founders: ['U0DEE'] });
    await afterTwoWeeks(running);
    await running.drain();

    expect(typesOf(running)).toContain('data_visualization');
    const { ts } = newest(running);
    const replies = running.slack.workspace.messages(CHANNEL).filter(({ threadTs }) => threadTs === ts);
    expect(replies.map(({ blocks }) => blocks.some(({ type }) => type === 'table'))).toEqual([true]);
    expect(running.slack.person('U0DEE').directMessages().at(-1)?.text).toContain('Keys this week');
    expect(await running.deps.store.read.outbox.counts()).toEqual({ waiting: 0, dead: 0 });
  });

  test('has a picture where the workspace takes no charts, and says in words what it shows', async () => {
    const running = await startRunning();
    await afterTwoWeeks(running);
    running.slack.faults.add('chat.postMessage', REFUSED);
    await running.drain();

    expect(typesOf(running)).not.toContain('data_visualization');
    const picture = present(newest(running).blocks.find(({ type }) => type === 'image'));
    expect(String(picture['alt_text'])).toMatch(/^Hygiene score: \w+ \d+ \d+, \w+ \d+ \d+$/);
    const id = (picture['slack_file'] as { readonly id: string }).id;
    const file = present(running.slack.workspace.files.get(id));
    expect(
      Buffer.from(present(file.bytes) as Uint8Array)
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    // It is nobody's but this message's.
    expect(file.channels).toEqual([]);
  });

  test.each([
    ['the picture is refused as well', ['chat.postMessage', REFUSED]],
    ['files may not be uploaded', ['files.getUploadURLExternal', { kind: 'error', error: 'missing_scope' }]],
  ] as const)('comes without a picture where %s', async (_name, [method, fault]) => {
    const running = await startRunning();
    await afterTwoWeeks(running);
    running.slack.faults.add('chat.postMessage', REFUSED);
    running.slack.faults.add(method, fault);
    await running.drain();

    expect(typesOf(running).filter((type) => /image|data/.test(String(type)))).toEqual([]);
    expect(newest(running).text).toContain('Hygiene score: ');
    expect(await running.deps.store.read.outbox.counts()).toEqual({ waiting: 0, dead: 0 });
  });
});

describe('a channel of its own that takes no digest', () => {
  test('is told to the admins once, and alerts that arrive in theirs do not make it well', async () => {
    const running = await startRunning();
    await sendDigest(running.deps);
    running.clock.jumpTo(running.clock.now() + WEEK_MS);
    Object.assign(running.deps.policy.digest, { channel: '#nowhere' });
    await sendDigest(running.deps);
    await running.drain();
    const told = () => running.slack.person('U0CHRIS').directMessages().length;
    expect(told()).toBe(1);

    running.provider.put(fakeKey('apikey_1'));
    await running.sync();
    for (let count = 0; count < 2; count += 1) {
      await alertOn(running, 'apikey_1');
      await running.drain();
    }

    expect(running.slack.workspace.messages(CHANNEL).length).toBeGreaterThan(0);
    expect(told()).toBe(1);
    expect(await running.deps.store.read.channelTroubles.open()).toMatchObject([{ channel: '#nowhere' }]);
  });
});

describe('what stands on a digest', () => {
  async function company() {
    const bench = openCommandBench();
    bench.provider.put(fakeKey('k1', { label: 'prod-api' }), fakeKey('k2', { label: 'staging-ci' }));
    await bench.sync();
    const lineage = await bench.lineageOf('k2');
    await bench.store.write((tx) =>
      tx.lineages.update({ ...lineage, ownerSlackId: PERSON, ownerStanding: 'confirmed' }),
    );
    await sendDigest(bench.deps);
    bench.clock.jumpTo(bench.clock.now() + WEEK_MS);
    await sendDigest(bench.deps);
    const [score] = await bench.store.read.digests.scores(TREND_WEEKS);
    return { bench, value: digestButton.encode({ w: present(score).week }) };
  }

  test('the sheet is put into the asker’s direct messages: admins get every key, others their own', async () => {
    const { bench, value } = await company();

    expect((await bench.click('digest_csv', value, ADMIN))?.text).toContain('2 keys');
    expect((await bench.click('digest_csv', value, PERSON))?.text).toContain('1 key of yours');

    const [all, own] = bench.sent.map(({ file }) => file.toString());
    expect(all).toMatch(/^\ufeff?key,owner,spent_usd/);
    expect(all?.match(/prod-api|staging-ci/g)).toHaveLength(2);
    expect(own).not.toContain('prod-api');
    expect(own).toContain('staging-ci');
    expect(bench.sent.map(({ channel_id }) => channel_id)).toEqual([`D${ADMIN}`, `D${PERSON}`]);
    expect(bench.audit().filter(({ verb }) => verb === 'digest.exported')).toHaveLength(2);
  });

  test('people outside get nothing of it, and a forged week gets a sentence', async () => {
    const { bench, value } = await company();
    await expect(bench.click('digest_csv', value, 'U0GUEST')).rejects.toThrow();
    await expect(bench.click('digest_score', value, 'U0GUEST')).rejects.toThrow();
    await expect(bench.click('digest_csv', digestButton.encode({ w: '1999-W01' }), ADMIN)).rejects.toMatchObject({
      publicMessage: expect.stringContaining('There is no such digest'),
    });
    expect(bench.sent).toEqual([]);
  });

  test('every point lost is told to whoever asks, beside the message, which stays', async () => {
    const { bench, value } = await company();
    expect((await bench.click('digest_score', value, PERSON))?.text).toMatch(/of 100/);
  });

  test('/keys digest shows what it would say now', async () => {
    const { bench } = await company();
    expect((await bench.run('digest'))?.text).toContain('Keys in the last 7 days');
  });
});

describe('the things to do of a digest that was sent', () => {
  const WEEK = '2099-W01';

  /** Sent with one thing of each kind to do about `prod-api`, whatever a company's three would be. */
  async function sent() {
    const bench = openCommandBench();
    bench.provider.put(fakeKey('k1', { label: 'prod-api' }), fakeKey('k2', { label: 'staging-ci' }));
    await bench.sync();
    await sendDigest(bench.deps);
    bench.clock.jumpTo(bench.clock.now() + WEEK_MS);
    await sendDigest(bench.deps);
    const { week } = present((await bench.store.read.digests.scores(TREND_WEEKS)).at(-1));
    const card = present((await bench.store.read.digests.get(week))?.card);
    const { id: keyId, generation } = await bench.keyOf('k1');
    const todo = { ...present(card.actions[0]), slug: 'prod-api', key: { keyId, generation } };
    const actions = (['alert', 'capped', 'used', 'young', 'owned'] as const).map((why, index): DigestAction => {
      const act = (['show', 'cap', 'suspend', 'rotate', 'claim'] as const)[index] ?? 'show';
      return { ...todo, why, act };
    });
    await keep(bench, { ...card, actions });
    return { bench, own: await buttons(bench, week), each: await buttons(bench, WEEK) };
  }

  async function keep({ store, clock }: CommandBench, card: DigestCard): Promise<void> {
    await store.write((tx) => tx.digests.insert({ week: WEEK, dueAt: clock.now(), madeAt: clock.now(), card }));
  }

  async function buttons({ deps }: CommandBench, week: string) {
    const draft = present(await present(digestChannelRenderers[0]).render({ deps, locale: LOCALE }, week));
    return draft.blocks.flatMap((block) => {
      const accessory = 'accessory' in block ? block.accessory : undefined;
      return accessory?.type === 'button' ? [{ id: accessory.action_id ?? '', value: accessory.value ?? '' }] : [];
    });
  }

  async function dialog(bench: CommandBench, { id, value }: { readonly id: string; readonly value: string }) {
    const before = bench.views.length;
    await bench.click(id, value, RESPONDER);
    const view = present(bench.views.slice(before).at(-1));
    const { callback_id: form, blocks } = view;
    const title = view.type === 'modal' ? view.title.text : '';
    return { id, opens: `${title}${form === undefined ? '' : ' (form)'}`, says: JSON.stringify(blocks) };
  }

  test('have buttons that open the dialog of their key, each of them', async () => {
    const { bench, own, each } = await sent();
    expect(own).toHaveLength(3);
    for (const button of own) expect((await dialog(bench, button)).says).toMatch(/prod-api|staging-ci/);

    const opened = [];
    for (const button of each) opened.push(await dialog(bench, button));
    expect(opened).toEqual(
      [
        ['key_show', 'Key'],
        ['cap_apply', 'Apply cap (form)'],
        ['key_suspend', 'Suspend key (form)'],
        ['key_rotate', 'Rotate key (form)'],
        ['keys_claim', 'Claim keys (form)'],
      ].map(([id, opens]) => ({ id, opens, says: expect.stringContaining('prod-api') })),
    );
  });

  test('are about the key as it is by now: one that was stopped and claimed meanwhile is neither stopped nor offered', async () => {
    const { bench, each } = await sent();
    bench.provider.change('k1', { status: 'inactive' });
    await bench.sync();
    const lineage = await bench.lineageOf('k1');
    const owned = { ...lineage, ownerSlackId: PERSON, ownerStanding: 'confirmed' } as const;
    await bench.store.write((tx) => tx.lineages.update(owned));

    const [show, , suspend, , claim] = each.map((button) => () => dialog(bench, button));
    expect((await present(show)()).says).toContain('*prod-api* is inactive');
    expect(await present(suspend)()).toMatchObject({
      opens: 'Suspend key',
      says: expect.stringContaining('Nothing to do: prod-api is inactive now.'),
    });
    expect((await present(claim)()).says).toMatch(/^(?!.*prod-api).*staging-ci/);
  });
});
