import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { sendDigestJob } from '../../src/scheduler/jobs/send-digest.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import { type Bench, openBench, present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';

async function openCompany(now: number, policy: string): Promise<Bench> {
  const bench = openBench({ now, policy });
  bench.provider.put(fakeKey('k1', { label: 'prod-api' }));
  await bench.sync();
  return bench;
}

/** A process of the bot that runs until then, at the ticks of its scheduler. */
async function runUntil(bench: Bench, until: number): Promise<void> {
  const scheduler = new Scheduler([sendDigestJob], bench.deps);
  await scheduler.start();
  for (;;) {
    await scheduler.tick();
    const next = scheduler.nextDueAt();
    if (next > until) break;
    bench.clock.jumpTo(next);
  }
  bench.clock.jumpTo(until);
  await scheduler.stop();
}

const told = (bench: Bench) => bench.outbox().filter((row) => row.startsWith('digest '));
const madeAt = async (bench: Bench) => {
  const weeks = told(bench).map((row) => row.split(' ')[1] ?? '');
  const kept = await Promise.all(weeks.map((week) => bench.store.read.digests.get(week)));
  return kept.map((one) => one?.card?.madeAt);
};

// The bot runs from 34 hours before, which is before the clocks change; the instants are UTC.
test.each([
  ['Europe/Amsterdam, clocks set back', 'Europe/Amsterdam', 'monday', '09:00', '2026-10-26T08:00Z'],
  ['Europe/Amsterdam, clocks set forward', 'Europe/Amsterdam', 'monday', '09:00', '2026-03-30T07:00Z'],
  ['an hour that is skipped', 'Europe/Amsterdam', 'sunday', '02:30', '2026-03-29T01:30Z'],
  ['an hour that comes twice: its first', 'Europe/Amsterdam', 'sunday', '02:30', '2026-10-25T00:30Z'],
  ['America/New_York', 'America/New_York', 'monday', '09:00', '2026-11-02T14:00Z'],
  ['half an hour of Asia/Kolkata', 'Asia/Kolkata', 'monday', '09:00', '2026-10-26T03:30Z'],
  ['Monday in Auckland is still Sunday', 'Pacific/Auckland', 'monday', '09:00', '2026-09-27T20:00Z'],
])('the job tells it when clocks of policy’s zone show the hour: %s', async (_what, zone, day, time, wanted) => {
  const policy = `calendar: { timezone: ${zone} }\ndigest: { day: ${day}, at: '${time}' }`;
  const bench = await openCompany(Date.parse(wanted) - 34 * HOUR_MS + 7 * MINUTE_MS, policy);

  await runUntil(bench, Date.parse(wanted) - 1);
  expect(told(bench)).toEqual([]);
  await runUntil(bench, Date.parse(wanted) + 8 * HOUR_MS);

  expect(await madeAt(bench)).toEqual([Date.parse(wanted)]);
});

test('a bot that was down at the hour tells it on return, once, however often it starts, and is on time a week later', async () => {
  const due = Date.UTC(2026, 9, 26, 9);
  const bench = await openCompany(due - 3 * HOUR_MS, "digest: { day: monday, at: '09:00' }");
  await runUntil(bench, due - 10 * MINUTE_MS);

  bench.clock.jumpTo(due + 7 * HOUR_MS);
  await runUntil(bench, bench.clock.now());
  await runUntil(bench, bench.clock.now());
  await runUntil(bench, due + 7 * DAY_MS + HOUR_MS);

  expect(await madeAt(bench)).toEqual([due + 7 * HOUR_MS, due + 7 * DAY_MS]);
  expect(present(await bench.store.read.digests.get('2026-W44')).card?.lateMs).toBe(7 * HOUR_MS);
  expect(present(await bench.store.read.digests.get('2026-W45')).card?.lateMs).toBe(0);
});
