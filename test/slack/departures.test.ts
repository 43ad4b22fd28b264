import type { EnvelopedEvent } from '@slack/bolt';
import { beforeEach, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/domain/time.ts';
import { findLeavers } from '../../src/services/departures/find-leavers.ts';
import { settleDepartures } from '../../src/services/departures/settle-departure.ts';
import { readLint } from '../../src/services/hygiene/read-lint.ts';
import { changeLineage } from '../../src/services/inventory/change-lineage.ts';
import { syncMembers } from '../../src/services/inventory/sync-members.ts';
import { syncScopeMembers } from '../../src/services/owners/sync-scope-members.ts';
import { pollUsage } from '../../src/services/usage/poll-usage.ts';
import { userChange } from '../../src/slack/events/user-change.ts';
import { departureRenderer } from '../../src/slack/owner-renderers.ts';
import { departureButton } from '../../src/slack/views/departure.ts';
import { later, member, NOON, present } from '../support/bench-deps.ts';
import { fakeKey, fakeScope } from '../support/fake-provider.ts';
import { LOCALE } from './support/cards.ts';
import { type CommandBench, openCommandBench, PERSON, RESPONDER } from './support/command-bench.ts';

const LEAVER = 'U0DEE';
const DEE = { name: 'Dee Park', real_name: 'Dee Park', team_id: 'T1', profile: { email: 'dee@acme.test' } };
let bench: CommandBench;

beforeEach(async () => {
  bench = openCommandBench({ now: NOON, hasMembers: true });
  bench.people.push(member(LEAVER, { name: 'Dee Park', email: 'dee@acme.test' }));
  bench.provider.scopes = [fakeScope('ws_1', 'Search'), fakeScope('ws_2', 'Data')];
  const owner = { kind: 'user', id: 'user_dee', name: 'Dee', email: 'dee@acme.test', hasAccess: true } as const;
  bench.provider.put(
    fakeKey('k_own', { label: 'staging-ci', owner, scopeId: 'ws_2' }),
    fakeKey('k_old', { label: 'prod-old', owner, scopeId: 'ws_2' }),
    fakeKey('k_read', { label: 'prod-search' }),
    fakeKey('k_else', { label: 'prod-billing', scopeId: 'ws_2' }),
    fakeKey('k_admin', { label: 'terraform', kind: 'admin', owner, scopeId: null }),
  );
  bench.provider.members.set('ws_1', [{ id: 'user_dee', name: null, email: 'DEE@acme.test' }]);
  await bench.sync();
  await syncMembers(bench.deps);
  await syncScopeMembers(bench.deps);
  bench.provider.use = ['k_own', 'k_read'].map((keyId) => ({
    keyId,
    at: NOON - HOUR_MS,
    tokens: 5_000_000,
    requests: 40,
  }));
  await pollUsage(bench.deps, bench.provider.port);
  const { id: lineageId } = await bench.lineageOf('k_read');
  const change = { consumers: ['search page', 'indexer'] };
  const actor = { kind: 'cli', user: 'root' } as const;
  await changeLineage(bench.deps, { actor, lineageId, revision: null, change });
});

/** What Slack tells of somebody. */
async function changed(userId: string, values: object = {}): Promise<void> {
  const event = { type: 'user_change', user: { id: userId, ...DEE, ...values } };
  await userChange.run(bench.context, { event, team_id: 'T1' } as unknown as EnvelopedEvent);
}

const departures = () => bench.store.read.departures.since(0);

async function value(): Promise<string> {
  return departureButton.encode({ d: present((await departures()).at(-1)).id });
}

async function message() {
  const draft = await departureRenderer.render(
    { deps: bench.deps, locale: LOCALE },
    present((await departures()).at(-1)).id,
  );
  const labels = JSON.stringify(draft?.blocks).match(/"departure_[a-z]+"/g) ?? [];
  return { text: draft?.text ?? '', buttons: labels.map((one) => one.slice(11, -1)) };
}

test('an owner who became a guest has not left: what is theirs says that no button works for them, until that is over', async () => {
  const owners = async () =>
    (await readLint(bench.deps)).flatMap(({ lineage, findings }) =>
      findings.flatMap(({ kind, what }) => (kind === 'owner' ? [`${lineage.slug} ${what}`] : [])),
    );
  const before = (await owners()).length;
  await changed(LEAVER, { is_restricted: true });

  expect(await departures()).toEqual([]);
  const told = await owners();
  expect(told.filter((what) => what.includes('no active full member any more'))).toEqual([
    expect.stringMatching(/^prod-old belongs to somebody/),
    expect.stringMatching(/^staging-ci belongs to somebody/),
  ]);
  await changed(LEAVER);
  expect(await owners()).toHaveLength(before);
});

test('a closed account is told once: what was theirs, what they could read, what each feeds', async () => {
  await changed(LEAVER, { is_bot: true, deleted: true });
  await changed('U0GUEST', { deleted: true, is_restricted: true });
  expect(await departures()).toEqual([]);

  await changed(LEAVER, { deleted: true });
  await changed(LEAVER, { deleted: true, tz: 'Europe/Berlin' });
  await syncMembers(bench.deps);

  expect(await departures()).toHaveLength(1);
  expect(bench.outbox().filter((row) => row.startsWith('departure'))).toHaveLength(1);
  const { text, buttons } = await message();
  expect(text).toContain(`<@${LEAVER}> has left`);
  expect(text).toContain('0 of 3 keys handled');
  expect(text).toMatch(/Theirs \(2\)[\s\S]*staging-ci[\s\S]*40 requests and \$5\.00 in 7 days/);
  expect(text).toMatch(/prod-old[\s\S]*No traffic in 7 days/);
  expect(text).toMatch(/They could read \(1\)[\s\S]*prod-search[\s\S]*Without it search page, indexer break/);
  expect(text).not.toMatch(/prod-billing|terraform/);
  expect(buttons).toEqual(['reassign', 'next', 'rotate', 'revoke', 'close']);
});

test('what a rotation has left with two working keys is quiet only when both are, and shows the traffic of both', async () => {
  const use = [...bench.provider.use];
  bench.provider.put(fakeKey('k_new', { label: 'prod-new', scopeId: 'ws_2' }));
  await bench.sync();
  const { id: lineageId } = await bench.lineageOf('k_old');
  const added = present((await bench.store.inventory(0)).find(({ key }) => key.providerKeyId === 'k_new')).key;
  await bench.store.write((tx) => tx.keys.update({ ...added, lineageId }));
  await changed(LEAVER, { deleted: true });
  expect((await message()).text).toMatch(/prod-old[\s\S]*No traffic in 7 days/);

  bench.provider.use = [...use, { keyId: 'k_new', at: NOON, tokens: 2_000_000, requests: 7 }];
  later(bench, HOUR_MS);
  await pollUsage(bench.deps, bench.provider.port);

  const { text, buttons } = await message();
  expect(text).toMatch(/prod-old[\s\S]*7 requests and \$2\.00 in 7 days/);
  expect(text).not.toContain('No traffic in 7 days');
  expect(buttons).not.toContain('revoke');
});

test('each key that is handled is counted, wherever it was, and the message ends with the last one', async () => {
  await changed(LEAVER, { deleted: true });
  const d = await value();

  await expect(bench.click('departure_close', d, PERSON)).rejects.toThrow(/only a responder or an admin/);
  await bench.click('departure_reassign', d, RESPONDER);
  await bench.submit({ person: PERSON }, RESPONDER, { keys: [(await bench.lineageOf('k_own')).id] });
  expect((await message()).text).toMatch(/1 of 3 keys handled[\s\S]*staging-ci\* belongs to <@U0BEN> now \(<@U0ANA>\)/);

  // Another owner changes nothing of what they know.
  await bench.run(`owner prod-search <@${PERSON}>`, RESPONDER);
  expect((await message()).text).toContain('1 of 3 keys handled');
  await bench.click('departure_rotate', d, RESPONDER);
  const read = (await bench.lineageOf('k_read')).id;
  await bench.submit({}, RESPONDER, { keys: [read] });
  expect((await message()).text).toContain('2 of 3 keys handled, 1 rotation under way');

  // It counts as production: a second person is asked, and nothing is counted until it is gone.
  await bench.click('departure_revoke', d, RESPONDER);
  expect(await bench.submit({ reason: 'they left', slug: 'revoke 2 keys' }, RESPONDER)).toHaveProperty('slug');
  await bench.submit({ reason: 'they left', slug: 'revoke 1 key' }, RESPONDER);
  expect(await bench.store.read.approvals.waiting()).toHaveLength(1);
  expect((await message()).text).toContain('2 of 3 keys handled');
  bench.provider.change('k_old', { status: 'archived' });
  await bench.sync();
  await settleDepartures(bench.deps);
  expect((await message()).text).toContain('All 3 keys are seen to, 1 rotation under way');
  expect((await departures())[0]?.closedAt).toBeNull();

  const rotation = present(await bench.store.read.rotations.openOfLineage(read));
  await bench.store.write((tx) => tx.rotations.update({ ...rotation, state: 'done' }));
  await settleDepartures(bench.deps);
  expect((await message()).buttons).toEqual([]);
  const verbs = bench.audit().map(({ verb }) => verb);
  expect(verbs.filter((verb) => verb.includes('departure'))).toEqual([
    'departure.began',
    ...Array.from({ length: 4 }, () => 'lineage.departure.settled'),
    'departure.closed',
  ]);
});

test('a key of theirs that is used can be rotated, also after it was given away: they may still know its value', async () => {
  await changed(LEAVER, { deleted: true });
  const d = await value();
  const own = (await bench.lineageOf('k_own')).id;
  const read = (await bench.lineageOf('k_read')).id;
  const offered = async () => {
    await bench.click('departure_rotate', d, RESPONDER);
    return JSON.stringify(bench.views.at(-1))
      .match(/(staging-ci|prod-old|prod-search)/g)
      ?.filter((name, at, all) => all.indexOf(name) === at)
      .sort();
  };
  expect(await offered()).toEqual(['prod-search', 'staging-ci']);

  await bench.click('departure_reassign', d, RESPONDER);
  await bench.submit({ person: PERSON }, RESPONDER, { keys: [own] });
  expect((await message()).text).toMatch(
    /staging-ci\* belongs to [^.]*\. They may still know its value: `\/keys rotate staging-ci`/,
  );
  expect(await offered()).toEqual(['prod-search', 'staging-ci']);
  await bench.submit({}, RESPONDER, { keys: [own, read] });

  expect((await bench.store.read.rotations.allOpen()).map(({ lineageId }) => lineageId).sort()).toEqual(
    [own, read].sort(),
  );
  const { text } = await message();
  expect(text).toContain('2 rotations under way');
  expect(text).not.toContain('may still know');
  expect(await offered()).toBeUndefined();
});

test('one by one leads from key to key, and a rotation that is called off is no longer counted', async () => {
  await changed(LEAVER, { deleted: true });
  await bench.click('departure_next', await value(), RESPONDER);
  const ids = () => (bench.views.at(-1)?.blocks ?? []).flatMap(({ block_id: id }) => id?.split(':')[1] ?? []);
  const decide = async (decision: string, person = '') =>
    bench.submit({ [`decision:${ids()[0]}`]: decision, [`person:${ids()[0]}`]: person }, RESPONDER);

  expect(await decide('reassign')).toHaveProperty([`person:${ids()[0]}`]);
  const first = ids()[0];
  expect(await decide('reassign', LEAVER)).toMatchObject({ type: 'modal' });
  expect(ids()[0]).toBe(first);
  await decide('keep');
  await decide('rotate');
  await decide('keep');
  expect(JSON.stringify(bench.views.at(-1))).toContain('Every key is seen to');

  const [rotation] = await bench.store.read.rotations.allOpen();
  await bench.store.write((tx) => tx.rotations.update({ ...present(rotation), state: 'cancelled' }));
  await settleDepartures(bench.deps);
  expect((await message()).text).toContain('2 of 3 keys handled');
});

test('who comes back ends it; when they go again, all of it is told again', async () => {
  await changed(LEAVER, { deleted: true });
  const d = await value();
  await changed(LEAVER);
  expect((await message()).text).toContain(`<@${LEAVER}> is back`);
  await bench.click('departure_reassign', d, RESPONDER);
  await expect(
    bench.submit({ person: PERSON }, RESPONDER, { keys: [(await bench.lineageOf('k_own')).id] }),
  ).resolves.toBeDefined();
  expect((await bench.lineageOf('k_own')).ownerSlackId).toBe(LEAVER);

  later(bench, DAY_MS);
  await changed(LEAVER, { deleted: true });
  expect((await message()).text).toContain('0 of 3 keys handled');
});

test('the nightly look finds whom no event told of, in working hours, and each once', async () => {
  bench.provider.change('k_else', {
    owner: { kind: 'user', id: 'user_frank', name: 'Frank', email: 'frank@acme.test', hasAccess: false },
  });
  await bench.sync();
  expect(await findLeavers(bench.deps)).toEqual({ begun: 0 });
  later(bench, DAY_MS + 12 * HOUR_MS);
  expect(await findLeavers(bench.deps)).toEqual({ begun: 0 });
  later(bench, 12 * HOUR_MS);
  expect(await findLeavers(bench.deps)).toEqual({ begun: 1 });
  expect((await message()).text).toMatch(/Frank has lost access[\s\S]*Theirs \(1\)[\s\S]*prod-billing/);

  bench.provider.members.set('ws_1', []);
  await syncScopeMembers(bench.deps);
  const dee = bench.people.findIndex(({ userId }) => userId === LEAVER);
  bench.people[dee] = { ...present(bench.people[dee]), isActiveFullMember: false, isDeactivated: true };
  await syncMembers(bench.deps);
  expect(await findLeavers(bench.deps)).toEqual({ begun: 1 });
  // The provider had forgotten them before Slack did: they still know what they could read.
  expect((await message()).text).toContain('They could read (1)');

  await bench.click('departure_close', await value(), RESPONDER);
  later(bench, DAY_MS);
  expect(await findLeavers(bench.deps)).toEqual({ begun: 0 });
});

test('somebody who leaves soon is told of by hand, after a look at what it would say', async () => {
  await bench.run(`offboard <@${LEAVER}>`, PERSON);
  expect(JSON.stringify(bench.views.at(-1))).toContain('only a responder or an admin may');
  await bench.run(`offboard <@${PERSON}>`, RESPONDER);
  expect(JSON.stringify(bench.views.at(-1))).toContain('owns no working key');
  await bench.run('offboard <@U0NOBODY>', RESPONDER);
  expect(JSON.stringify(bench.views.at(-1))).toContain('Slack does not tell who that is');
  await bench.run(`offboard <@${LEAVER}>`, RESPONDER);
  expect(JSON.stringify(bench.views.at(-1))).toContain('2 keys of their own and could read 1 other key');
  expect(await departures()).toEqual([]);

  await bench.submit({}, RESPONDER);

  expect((await message()).text).toContain(`<@${LEAVER}> is leaving, says <@${RESPONDER}>`);
  // The account is closed some days later: that is no news.
  await changed(LEAVER, { deleted: true });
  expect(await departures()).toHaveLength(1);
});
