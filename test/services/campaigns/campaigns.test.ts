import { describe, expect, test } from 'vitest';
import { planCampaignsJob } from '../../../src/scheduler/jobs/plan-campaigns.ts';
import { endCampaign } from '../../../src/services/campaigns/close-campaign.ts';
import { describeKey } from '../../../src/services/campaigns/describe-key.ts';
import { planCampaigns } from '../../../src/services/campaigns/plan-campaigns.ts';
import { runCampaigns } from '../../../src/services/campaigns/run-campaigns.ts';
import { startByHand } from '../../../src/services/campaigns/start-campaign.ts';
import { openRotation } from '../../../src/services/rotation/open-rotation.ts';
import { cancelRotation, pauseRotation } from '../../../src/services/rotation/steer-rotation.ts';
import { type Bench, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { ADA, sendAll } from '../../support/requests.ts';
import { DAY, only, openFleet, progress, runUntil, SEPTEMBER, TURN } from './support.ts';

const AIM = { environment: 'production', filter: '' } as const;

describe('a campaign by the calendar', () => {
  test('is announced a week ahead, started at its instant, and every key is begun once', async () => {
    const bench = await openFleet({ keys: 6 });

    await runUntil(bench, TURN - 8 * DAY);
    expect(await only(bench, 'planned')).toMatchObject({ startsAt: TURN, moved: null });
    expect(bench.outbox()).toEqual([]);

    await runUntil(bench, TURN - 6 * DAY);
    const { id } = await only(bench, 'announced');
    expect(bench.outbox()).toEqual([
      `campaign ${id} pending`,
      `campaign_ahead ${id}/U0ANA pending`,
      `campaign_ahead ${id}/U0BEN pending`,
    ]);

    await runUntil(bench, TURN);
    await runCampaigns(bench.deps);
    expect(await only(bench)).toMatchObject({
      id,
      startedAt: TURN,
      lateMs: 0,
      dueAt: TURN + 14 * DAY,
      isGrouped: false,
    });
    const rotations = await bench.store.read.rotations.allOpen();
    expect(rotations).toHaveLength(6);
    expect(rotations.every(({ campaignId, isAutomatic }) => campaignId === id && isAutomatic)).toBe(true);
    expect(rotations.map(({ driver }) => driver).slice(0, 3)).toEqual([
      'slack:T1/U0ANA',
      'slack:T1/U0BEN',
      'system:run-campaigns',
    ]);
    expect(bench.outbox().filter((row) => row.startsWith('campaign_key'))).toHaveLength(6);
    expect(bench.outbox().some((row) => row.startsWith('rotation'))).toBe(false);
  });

  test('is looked for each minute until there are keys that have a calendar, and each hour then', async () => {
    const pace = (bench: Bench) => planCampaignsJob.paceMs?.(bench.deps);
    expect(await pace(openBench())).toBe(60_000);
    expect(await pace(await openFleet({ keys: 1 }))).toBe(3_600_000);
  });

  test('that was missed starts on return, once, and says how late', async () => {
    const bench = await openFleet({ keys: 3 });
    await planCampaigns(bench.deps);

    // Nothing runs from here on, until a week after its instant: a Tuesday again.
    bench.clock.jumpTo(TURN + 7 * DAY);
    await runCampaigns(bench.deps);
    await planCampaigns(bench.deps);
    await runCampaigns(bench.deps);

    expect(await only(bench)).toMatchObject({ startsAt: TURN, lateMs: 7 * DAY });
    expect((await only(bench, 'planned')).startsAt).toBe(Date.UTC(2027, 0, 12, 9));
    expect(bench.audit().filter(({ verb }) => verb === 'campaign.started')).toHaveLength(1);
  });

  test('that comes back on a weekend or in a freeze waits for the first day that is neither', async () => {
    const bench = await openFleet({ keys: 3, rotation: "  freezes: [{ from: '2026-10-19', to: '2026-10-20' }]" });
    await planCampaigns(bench.deps);

    bench.clock.jumpTo(Date.UTC(2026, 9, 17, 12));
    await runCampaigns(bench.deps);
    expect(await bench.store.read.rotations.allOpen()).toEqual([]);

    await runUntil(bench, Date.UTC(2026, 9, 21, 12));
    await runCampaigns(bench.deps);
    expect(await bench.store.read.rotations.allOpen()).toHaveLength(3);
    expect(bench.audit().filter(({ verb }) => verb === 'campaign.started')).toHaveLength(1);
  });

  test('moves with the calendar until its day, and is dropped when campaigns are switched off', async () => {
    const bench = await openFleet({ keys: 3 });
    await runUntil(bench, TURN - 6 * DAY);
    const { rotation } = bench.deps.policy;

    Object.assign(rotation, { freezes: [{ from: '2026-10-12', to: '2026-10-16', why: 'launch' }] });
    await planCampaigns(bench.deps);
    const moved = { from: '2026-10-13', why: 'launch' };
    expect(await only(bench, 'announced')).toMatchObject({ startsAt: TURN + 6 * DAY, moved });

    Object.assign(rotation, { campaigns: false });
    await planCampaigns(bench.deps);
    expect(await only(bench, 'cancelled')).toMatchObject({ closeReason: expect.stringContaining('switched off') });
    expect(await bench.store.read.campaigns.standing()).toEqual([]);
  });
});

describe('who takes part', () => {
  test('is told of each key: new ones, ruled out ones, suspended ones and those with a calendar of their own do not', async () => {
    const rules = "  overrides: [{ match: 'prod-000', every: never }, { match: 'prod-001', every: year }]";
    const bench = await openFleet({ keys: 3, rotation: rules });
    bench.provider.put(
      fakeKey('young', { label: 'prod-young', createdAt: TURN - 20 * DAY }),
      fakeKey('stopped', { label: 'prod-stopped', status: 'inactive', createdAt: SEPTEMBER - 700 * DAY }),
      fakeKey('boss', { label: 'prod-boss', kind: 'admin', createdAt: SEPTEMBER - 700 * DAY }),
    );
    await bench.sync();
    const open = await bench.keyOf('key_2');
    const { rotation } = await openRotation(bench.deps, {
      actor: ADA,
      keyId: open.id,
      alertId: null,
      reason: 'leaked',
    });
    // Nothing would be left but the one that joins.
    await runUntil(bench, TURN);
    await runCampaigns(bench.deps);

    const members = await bench.store.read.campaigns.members((await only(bench)).id);
    expect(members.map(({ slug, skip, isJoined }) => `${slug} ${skip ?? (isJoined ? 'joined' : 'taken')}`)).toEqual([
      'prod-000 never',
      'prod-001 other_turn',
      'prod-002 joined',
      'prod-boss admin',
      'prod-stopped suspended',
      'prod-young recent',
    ]);
    expect(members[2]?.rotationId).toBe(rotation.id);
  });

  test('by hand: the one that is ahead begins at once, a second is refused, and the calendar goes on with the next turn', async () => {
    const bench = await openFleet({ keys: 3 });
    await runUntil(bench, TURN - 6 * DAY);
    const ahead = await only(bench, 'announced');

    const started = await startByHand(bench.deps, ADA, AIM);
    await runCampaigns(bench.deps);
    await planCampaigns(bench.deps);

    expect(started.id).toBe(ahead.id);
    await expect(startByHand(bench.deps, ADA, AIM)).rejects.toThrow(/runs already/);
    expect((await only(bench, 'planned')).startsAt).toBe(Date.UTC(2027, 0, 12, 9));
    const picked = { environment: null, filter: 'prod-001' };
    await expect(startByHand(bench.deps, ADA, { environment: null, filter: 'nothing-fits' })).rejects.toThrow();
    expect(await startByHand(bench.deps, ADA, picked)).toMatchObject({ environment: null, filter: 'prod-001' });
  });
});

describe('reminders', () => {
  test('climb from the owner over the thread to the responders, in the owners’ hours, one message a day', async () => {
    const bench = await openFleet({ keys: 6 });
    await runUntil(bench, TURN + 20 * DAY);

    const reminded = bench.audit().filter(({ verb }) => verb === 'campaign.reminded');
    const of = (owner: string | null) => reminded.filter(({ detail }) => detail['ownerId'] === owner);
    // Two keys each: one message, not two. Wednesday 13:00 there is 48 hours of Tuesday 10:00 moved into nothing.
    expect(of('U0ANA').map(({ detail }) => `${detail['to']} ${detail['keys']}`)).toEqual([
      'owner 2',
      'owner 2',
      'thread 2',
    ]);
    expect(of('U0BEN').map(({ detail }) => `${detail['to']} ${detail['keys']}`)).toEqual([
      'owner 2',
      'owner 2',
      'thread 2',
    ]);
    expect(of(null).every(({ detail }) => detail['to'] === 'responders')).toBe(true);
    const dms = bench.outbox().filter((row) => row.startsWith('campaign_dm'));
    expect(dms).toHaveLength(4);
  });

  test('stop at once on progress and on a block, and begin anew from there', async () => {
    const bench = await openFleet({ keys: 3, owners: ['U0ANA'] });
    await runUntil(bench, TURN + DAY);
    await progress(bench, 'prod-000');
    await progress(bench, 'prod-001', 'block');
    await runCampaigns(bench.deps);
    await runUntil(bench, TURN + 2 * DAY + 60_000);

    const { id } = await only(bench);
    const members = await bench.store.read.campaigns.members(id);
    expect(members.map(({ slug, reminded, remindAt }) => [slug, reminded, remindAt])).toEqual([
      ['prod-000', 0, TURN + 3 * DAY],
      ['prod-001', 0, null],
      ['prod-002', 1, expect.any(Number)],
    ]);
    expect(members[1]?.blocks).toEqual([{ step: 'generate', reason: 'release freeze', at: TURN + DAY, until: null }]);
  });

  test('skip holidays and weekends, and what is paused', async () => {
    // Due on Thursday, which is a holiday, as is Friday: Monday at nine, where the owner is.
    const holidays = "  holidays: ['2026-10-15', '2026-10-16']";
    const bench = await openFleet({ keys: 2, owners: ['U0ANA'], rotation: holidays });
    await runUntil(bench, TURN + 60_000);
    const [paused] = await bench.store.read.rotations.allOpen();
    await pauseRotation(bench.deps, { actor: ADA, rotationId: paused?.id ?? '', reason: 'release freeze' });
    const monday = Date.UTC(2026, 9, 19, 7);

    await runUntil(bench, monday - 1);
    const reminded = () => bench.audit().filter(({ verb }) => verb === 'campaign.reminded');
    expect(reminded()).toEqual([]);
    await runUntil(bench, monday + 60_000);
    expect(reminded().map(({ detail }) => [detail['to'], detail['keys']])).toEqual([['owner', 1]]);
  });
});

test('the due date edits the message by itself, once, and a key says from its first hour who is reminded next', async () => {
  const bench = await openFleet({ keys: 2, owners: ['U0ANA'] });
  await runUntil(bench, TURN);
  await runCampaigns(bench.deps);
  const { id, dueAt } = await only(bench);
  const [first] = await bench.store.read.campaigns.members(id);
  const subject = { campaignId: id, rotationId: first?.rotationId ?? '' };
  const thursday = { kind: 'owner', at: TURN + 2 * DAY };
  expect((await describeKey(bench.deps, subject))?.nextRung).toEqual(thursday);
  // Just after some progress, when the reminder is not reckoned yet.
  await bench.store.write((tx) => tx.campaigns.updateMember({ ...present(first), remindAt: 0 }));
  expect((await describeKey(bench.deps, subject))?.nextRung).toEqual(thursday);

  const told = async () => (await bench.store.read.told.among([`campaign-overdue:${id}`])).size;
  await runUntil(bench, dueAt ?? 0);
  expect(await told()).toBe(0);
  await sendAll(bench);
  await runUntil(bench, (dueAt ?? 0) + 60_000);
  const edits = () => bench.outbox().filter((row) => row === `campaign ${id} pending`).length;
  expect([await told(), edits()]).toEqual([1, 1]);
  await sendAll(bench);
  await runUntil(bench, (dueAt ?? 0) + 120_000);
  expect(edits()).toBe(0);
});

describe('the end', () => {
  test('comes with the last key, and the report is kept: who, what, what was blocked', async () => {
    const bench = await openFleet({ keys: 3 });
    await runUntil(bench, TURN + DAY);
    await progress(bench, 'prod-001', 'block');
    for (const rotation of await bench.store.read.rotations.allOpen()) {
      await cancelRotation(bench.deps, { actor: ADA, rotationId: rotation.id, reason: 'not used any more' });
    }
    await runCampaigns(bench.deps);

    const { id, report } = await only(bench, 'done');
    expect(report).toMatchObject({ keys: 3, done: 0, lengthMs: DAY, open: [] });
    expect(report?.cancelled).toHaveLength(3);
    expect(report?.blocked).toMatchObject([{ slug: 'prod-001', step: 'generate', reason: 'release freeze' }]);
    expect(bench.outbox()).toContain(`campaign_report ${id} pending`);
  });

  test('that a person wants leaves what was begun, and nobody is reminded any more', async () => {
    const bench = await openFleet({ keys: 3 });
    await runUntil(bench, TURN + DAY);
    const { id } = await only(bench);

    await endCampaign(bench.deps, { actor: ADA, campaignId: id, reason: 'a release freeze' });
    await runUntil(bench, TURN + 20 * DAY);

    expect((await only(bench, 'done')).report).toMatchObject({ keys: 3, open: [{ step: 'generate' }, {}, {}] });
    expect(await bench.store.read.rotations.allOpen()).toHaveLength(3);
    expect(bench.audit().filter(({ verb }) => verb === 'campaign.reminded')).toEqual([]);
    await expect(endCampaign(bench.deps, { actor: ADA, campaignId: id, reason: 'again' })).rejects.toThrow();
  });

  test('of the former one comes with the next: what is left joins it', async () => {
    const bench = await openFleet({ keys: 3 });
    await runUntil(bench, TURN + DAY);
    const former = await only(bench);
    await runUntil(bench, Date.UTC(2027, 0, 12, 9));
    await runCampaigns(bench.deps);

    const next = await only(bench);
    expect(next.id).not.toBe(former.id);
    expect((await bench.store.read.campaigns.get(former.id))?.state).toBe('done');
    const members = await bench.store.read.campaigns.members(next.id);
    expect(members.map(({ isJoined }) => isJoined)).toEqual([true, true, true]);
  });
});
