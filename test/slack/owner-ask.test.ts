import { beforeEach, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/domain/time.ts';
import { syncMembers } from '../../src/services/inventory/sync-members.ts';
import { askOwners } from '../../src/services/owners/ask-owners.ts';
import { unclaimedForDigest } from '../../src/services/owners/describe-unclaimed.ts';
import { syncScopeMembers } from '../../src/services/owners/sync-scope-members.ts';
import { outboxRenderers } from '../../src/slack/outbox-renderers.ts';
import {
  ASK_ALL,
  ASK_MINE,
  ASK_NOT_MINE,
  ASK_SOMEBODY,
  askAllButton,
  askButton,
} from '../../src/slack/views/owner-ask.ts';
import { later, member, NOON, present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { LOCALE } from './support/cards.ts';
import { type CommandBench, openCommandBench, PERSON, RESPONDER } from './support/command-bench.ts';

const OTHER = 'U0DEE';
let bench: CommandBench;

beforeEach(async () => {
  bench = openCommandBench({ now: NOON, hasMembers: true, policy: 'ownership: { weekly_messages: 1 }' });
  bench.people.push(member(OTHER, { name: 'Dee Park' }));
  bench.provider.put(fakeKey('k_1', { label: 'prod-search' }));
  await bench.sync();
  await syncMembers(bench.deps);
});

/** Who is in the one project there is. */
async function inProject(...userIds: readonly string[]): Promise<void> {
  bench.provider.members.set(
    'ws_1',
    userIds.map((id) => ({ id: `user_${id}`, name: null, email: `${id.toLowerCase()}@acme.test` })),
  );
  await syncScopeMembers(bench.deps);
}

/** A round now, after the day of grace. */
async function ask(afterMs = 0) {
  await askOwners(bench.deps);
  later(bench, Math.max(afterMs, DAY_MS));
  return askOwners(bench.deps);
}

async function rendered(kind: string, subject: string) {
  const renderer = present(outboxRenderers.find((one) => one.kind === kind));
  return renderer.render({ deps: bench.deps, locale: LOCALE }, subject);
}

const questions = () => bench.store.read.ownerQuestions.all();
const buttonOf = async (id = 'k_1') => askButton.encode({ l: (await bench.lineageOf(id)).id });

test('the only member of a project is asked once, in their hours, and their yes holds at once', async () => {
  await inProject(PERSON);

  expect(await askOwners(bench.deps)).toEqual({ asked: 0, told: 0 });
  later(bench, DAY_MS);
  expect(await askOwners(bench.deps)).toEqual({ asked: 1, told: 0 });
  later(bench, HOUR_MS);
  expect(await askOwners(bench.deps)).toEqual({ asked: 0, told: 0 });
  const [question] = await questions();
  const message = await rendered('owner_ask', present(question).askId);
  expect(message?.channel).toBe(PERSON);
  expect(message?.text).toContain('you are the only member of Default');

  await expect(bench.click(ASK_MINE, await buttonOf(), OTHER)).rejects.toThrow(/does not stand/);
  await bench.click(ASK_MINE, await buttonOf(), PERSON);
  expect(await bench.lineageOf('k_1')).toMatchObject({
    ownerSlackId: PERSON,
    ownerStanding: 'confirmed',
    ownerSource: 'person',
  });
  expect(await bench.store.read.ownerQuestions.searches()).toEqual([]);
});

test('a name in the key’s name makes a claim that a responder confirms', async () => {
  bench.provider.change('k_1', { label: 'search-dee' });
  bench.provider.put(fakeKey('k_2', { label: 'reports-dee' }));
  await bench.sync();
  await ask();

  const asks = new Set((await questions()).map(({ askId }) => askId));
  expect(asks.size).toBe(1);
  await bench.click(ASK_ALL, askAllButton.encode({ i: [...asks][0] ?? '' }), OTHER);
  const chosen = (await questions()).map(({ lineageId }) => lineageId);
  await bench.submit({}, OTHER, { keys: chosen });

  expect(await bench.lineageOf('k_2')).toMatchObject({ ownerSlackId: OTHER, ownerStanding: 'claimed' });
  expect(await bench.store.read.notices.allOpen('claim')).toHaveLength(2);
});

test('who says no is not asked again: the next one is, and whoever they name', async () => {
  await inProject(PERSON, RESPONDER);
  await ask();
  const first = present((await questions())[0]).userId;
  const second = first === PERSON ? RESPONDER : PERSON;

  await bench.click(ASK_NOT_MINE, await buttonOf(), first);
  await askOwners(bench.deps);
  expect((await questions()).map(({ userId }) => userId)).toEqual([first, second]);

  await bench.click(ASK_SOMEBODY, await buttonOf(), second);
  await expect(bench.submit({ person: first }, second)).rejects.toThrow(/does not stand/);
  await bench.submit({ person: OTHER }, second);
  const named = present((await questions()).find(({ userId }) => userId === OTHER));
  expect((await rendered('owner_ask', named.askId))?.text).toContain(`<@${second}> says that you may know`);
  await bench.click(ASK_NOT_MINE, await buttonOf(), OTHER);
  later(bench, DAY_MS);
  await askOwners(bench.deps);
  expect(await questions()).toHaveLength(3);
});

test('one person gets one message a week, whatever appears', async () => {
  await inProject(PERSON);
  await ask();
  later(bench, DAY_MS);
  bench.provider.put(fakeKey('k_2', { label: 'prod-web' }));
  await bench.sync();

  expect(await ask()).toEqual({ asked: 0, told: 0 });
  later(bench, 5 * DAY_MS);
  expect((await askOwners(bench.deps)).asked).toBe(1);
});

test('the channel is told after a week however many candidates are silent, and nobody more is asked then', async () => {
  await inProject(PERSON, RESPONDER);
  expect(await ask()).toEqual({ asked: 1, told: 0 });
  later(bench, 6 * DAY_MS - HOUR_MS);
  expect(await askOwners(bench.deps)).toEqual({ asked: 0, told: 0 });
  later(bench, HOUR_MS);

  expect(await askOwners(bench.deps)).toEqual({ asked: 0, told: 1 });
  later(bench, 7 * DAY_MS);
  expect(await askOwners(bench.deps)).toEqual({ asked: 0, told: 0 });
  expect((await unclaimedForDigest(bench.deps)).left).toHaveLength(1);
});

test('after a week the channel is told once, after two the digest, and both forget what has an owner', async () => {
  await inProject(PERSON);
  await ask();
  later(bench, 5 * DAY_MS);
  expect(await askOwners(bench.deps)).toEqual({ asked: 0, told: 0 });
  later(bench, DAY_MS);
  expect(await askOwners(bench.deps)).toEqual({ asked: 0, told: 1 });
  later(bench, DAY_MS);
  expect(await askOwners(bench.deps)).toEqual({ asked: 0, told: 0 });
  const [notice] = await bench.store.read.notices.allOpen('unclaimed');
  const { id } = present(notice);
  expect((await rendered('notice', id))?.text).toContain(`asked: <@${PERSON}>`);
  expect((await unclaimedForDigest(bench.deps)).left).toEqual([]);
  later(bench, 6 * DAY_MS);
  expect((await unclaimedForDigest(bench.deps)).left.map(({ lineage }) => lineage.slug)).toEqual(['prod-search']);

  await bench.run(`owner prod-search <@${OTHER}>`, RESPONDER);

  expect((await unclaimedForDigest(bench.deps)).left).toEqual([]);
  expect((await rendered('notice', id))?.text).toContain('1 key had no owner; now each has one.');
  expect((await questions())[0]?.answer).toBe('moot');
});

test('nobody is asked about what a person said to belong to nobody, nor where policy says no', async () => {
  await inProject(PERSON);
  await bench.run(`owner prod-search <@${OTHER}>`, RESPONDER);
  await bench.run('owner prod-search none', RESPONDER);
  expect(await ask()).toEqual({ asked: 0, told: 0 });

  bench.provider.put(fakeKey('k_2', { label: 'prod-web' }));
  await bench.sync();
  Object.assign(bench.deps.policy.ownership, { ask: false });
  expect(await ask()).toEqual({ asked: 0, told: 0 });
});
