import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { previewDigest } from '../../../src/services/digest/read-digest.ts';
import { sendDigest } from '../../../src/services/digest/send-digest.ts';
import { noteDowntime, reportCatchUp } from '../../../src/services/notices/report-downtime.ts';
import { type Bench, type BenchOptions, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { poll } from '../../support/polling.ts';

/** A Wednesday at noon; the digest comes on Mondays at nine, UTC. */
const BEGIN = Date.UTC(2026, 7, 5, 12);
const FIRST = Date.UTC(2026, 7, 10, 9);

async function openCompany(options: BenchOptions = {}): Promise<Bench> {
  const bench = openBench({ now: BEGIN, ...options });
  bench.provider.put(fakeKey('k1', { label: 'prod-api' }), fakeKey('k2', { label: 'staging-ci' }));
  await bench.sync();
  await sendDigest(bench.deps);
  return bench;
}

async function lookAt(bench: Bench, at: number): Promise<void> {
  bench.clock.jumpTo(at);
  await sendDigest(bench.deps);
}

const sent = (bench: Bench) => bench.outbox().filter((row) => row.startsWith('digest'));

describe('the weekly digest', () => {
  test('goes to the channel, its thread and the founders at its time, and once', async () => {
    const bench = await openCompany({ policy: 'digest: { founders: [U0EVE, U0FRANK] }' });

    await lookAt(bench, FIRST - 1);
    expect(sent(bench)).toEqual([]);
    await lookAt(bench, FIRST);
    await lookAt(bench, FIRST);
    await lookAt(bench, FIRST + 6 * DAY_MS);

    expect(sent(bench)).toEqual([
      'digest 2026-W33 pending',
      'digest_table 2026-W33 pending',
      'digest_to 2026-W33/U0EVE pending',
      'digest_to 2026-W33/U0FRANK pending',
    ]);
    expect(bench.audit().filter(({ verb }) => verb === 'digest.made')).toHaveLength(1);
    expect(present(await bench.store.read.digests.get('2026-W33')).card).toMatchObject({ lateMs: 0, isPreview: false });
  });

  test('comes at its time in a zone of its own, and in that of the calendar without one', async () => {
    const zones = ['calendar: { timezone: Asia/Kolkata }', 'digest: { timezone: America/New_York }'];
    const calendar = await openCompany({ policy: zones[0] ?? '' });
    const own = await openCompany({ policy: zones.join('\n') });
    const [kolkata, newYork] = [FIRST - 5.5 * HOUR_MS, FIRST + 4 * HOUR_MS];

    for (const [bench, dueAt] of [
      [calendar, kolkata],
      [own, newYork],
    ] as const) {
      await lookAt(bench, dueAt - 1);
      expect(sent(bench)).toEqual([]);
      await lookAt(bench, dueAt);
      expect(sent(bench)).toHaveLength(2);
    }
  });

  test('tells nothing of the week in which the installation began', async () => {
    const bench = await openCompany();
    await lookAt(bench, BEGIN + DAY_MS);
    expect(sent(bench)).toEqual([]);
    expect((await bench.store.read.digests.get('2026-W32'))?.card).toBeNull();
  });

  test('that was missed comes on return, says how late, and only the newest of several', async () => {
    const bench = await openCompany();
    await lookAt(bench, FIRST + 16 * DAY_MS);
    await lookAt(bench, FIRST + 16 * DAY_MS + HOUR_MS);

    expect(sent(bench)).toEqual(['digest 2026-W35 pending', 'digest_table 2026-W35 pending']);
    expect((await bench.store.read.digests.get('2026-W35'))?.card?.lateMs).toBe(2 * DAY_MS);
  });

  test('waits until what happened meanwhile was read, but not for ever', async () => {
    const bench = await openCompany();
    await poll(bench);
    bench.clock.jumpTo(FIRST + DAY_MS);
    await noteDowntime(bench.deps);

    await sendDigest(bench.deps);
    expect(sent(bench)).toEqual([]);
    const read = [{ connectionId: bench.provider.port.connectionId, ok: true, problem: null, alertIds: [] }];
    await reportCatchUp(bench.deps, read);
    await sendDigest(bench.deps);
    expect(sent(bench)).toHaveLength(2);
    const card = present((await bench.store.read.digests.get('2026-W33'))?.card);
    expect(card.data.blind.map(({ title }) => title)).toEqual(['Keysteward did not run']);
    // Of the downtime that part which lies in the week.
    expect(card.data.blindMs).toBe(FIRST - BEGIN);

    const dark = await openCompany();
    await poll(dark);
    dark.clock.jumpTo(FIRST + DAY_MS);
    await noteDowntime(dark.deps);
    await lookAt(dark, FIRST + DAY_MS + HOUR_MS);
    expect(sent(dark)).toHaveLength(2);
  });

  test('is none twice in a week whose day policy has moved, and two processes make one', async () => {
    const bench = await openCompany();
    await lookAt(bench, FIRST);
    Object.assign(bench.deps.policy.digest, { day: 'friday' });
    await lookAt(bench, FIRST + 4 * DAY_MS);
    expect(sent(bench)).toHaveLength(2);

    bench.clock.jumpTo(FIRST + 11 * DAY_MS);
    await Promise.all([sendDigest(bench.deps), sendDigest(bench.deps)]);
    expect(sent(bench)).toHaveLength(4);
  });

  test('keeps what it told: the next one compares with it', async () => {
    const bench = await openCompany();
    await lookAt(bench, FIRST);
    const lineage = await bench.lineageOf('k1');
    await bench.store.write((tx) =>
      tx.lineages.update({ ...lineage, ownerSlackId: 'U0ANA', ownerStanding: 'confirmed', environment: 'production' }),
    );
    await lookAt(bench, FIRST + 7 * DAY_MS);

    const [before, after] = await bench.store.read.digests.scores(8);
    const card = present((await bench.store.read.digests.get('2026-W34'))?.card);
    expect(card.scoreChange).toBe(present(after).score - present(before).score);
    expect(card.scoreChange).toBeGreaterThan(0);
  });
});

describe('what a digest tells', () => {
  test('is what was spent in whole days, who answered when, and who caught what', async () => {
    const bench = await openCompany();
    const day = Date.UTC(2026, 7, 4);
    bench.provider.use = [
      { keyId: 'k1', at: day + HOUR_MS, tokens: 7_000_000, model: 'fake-1' },
      { keyId: 'k1', at: day - 3 * DAY_MS, tokens: 2_000_000, model: 'fake-1' },
    ];
    await poll(bench);
    const alert = await alertOn(bench, 'k1', { severity: 'critical' });
    await alertOn(bench, 'k2', { severity: 'high' });
    bench.clock.jumpTo(BEGIN + 6 * MINUTE_MS);
    await bench.store.write(async (tx) => {
      const event = { kind: 'action_requested', actor: 'slack:T1/U0BEN', at: bench.clock.now(), detail: {} };
      await tx.alerts.addEvent({ id: 'ev_1', alertId: alert.id, ...event });
      const contained = { state: 'contained', containedAt: bench.clock.now() } as const;
      await tx.alerts.update({ ...present(await tx.alerts.get(alert.id)), ...contained });
    });
    await lookAt(bench, FIRST);

    const card = present((await bench.store.read.digests.get('2026-W33'))?.card);
    expect(card.money).toMatchObject({ spentMicroUsd: 7_000_000, monthMicroUsd: 9_000_000 });
    expect(card.rows[0]).toMatchObject({ slug: 'prod-api', spentMicroUsd: 7_000_000, beforeMicroUsd: 2_000_000 });
    expect(card.alerts).toMatchObject({ opened: 2, medianAnswerMs: 6 * MINUTE_MS });
    expect(card.catches).toMatchObject([{ slug: 'prod-api', by: 'slack:T1/U0BEN' }]);
    expect(card.actions[0]).toMatchObject({ why: 'alert', slug: 'staging-ci' });
    expect(card.paged).toMatchObject({ first: ['U0ADMIN'], isNobody: false });
  });

  test('has the age of usage at the poll that first saw it', async () => {
    const bench = await openCompany();
    const use = (at: number) => ({ keyId: 'k1', at, tokens: 1, model: 'fake-1' });
    bench.provider.use = [use(BEGIN - HOUR_MS)];
    await poll(bench);
    for (const minutes of [10, 20]) {
      bench.clock.jumpTo(BEGIN + minutes * MINUTE_MS);
      bench.provider.use = [...bench.provider.use, use(bench.clock.now() - 4 * MINUTE_MS)];
      await poll(bench);
      // The same again brings nothing newer.
      bench.clock.jumpTo(bench.clock.now() + MINUTE_MS);
      await poll(bench);
    }

    const { latency } = (await previewDigest(bench.deps)).data;
    expect(latency?.samples).toBe(2);
    expect(latency?.p50Ms).toBe(3 * MINUTE_MS);
  });

  test('a preview changes nothing: no row, no message', async () => {
    const bench = await openCompany();
    const before = [bench.outbox(), bench.audit().length, await bench.store.read.digests.newestWeek()];
    expect((await previewDigest(bench.deps)).isPreview).toBe(true);
    expect([bench.outbox(), bench.audit().length, await bench.store.read.digests.newestWeek()]).toEqual(before);
  });
});
