import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { learnDue } from '../../../src/services/baselines/learn-baselines.ts';
import { reportSilence } from '../../../src/services/notices/report-silence.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, later, NOON, openBench } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { notices } from './support.ts';

const KEYS = ['key_1', 'key_2', 'key_3'];

/** Keys that were used at those hours of the last days until noon, learned. */
async function openUsed(isUsed: (at: number, keyId: string) => boolean, days = 20): Promise<Bench> {
  const bench = openBench();
  bench.provider.put(...KEYS.map((id) => fakeKey(id)));
  await bench.sync();
  for (let at = NOON - days * DAY_MS; at < NOON; at += HOUR_MS) {
    const used = KEYS.filter((keyId) => isUsed(at, keyId));
    bench.provider.use.push(...used.map((keyId) => ({ keyId, at: at + 59 * MINUTE_MS, tokens: 1_000 })));
  }
  await read(bench);
  await learnDue(bench.deps);
  return bench;
}

async function read(bench: Bench): Promise<void> {
  const { watermark } = await pollUsage(bench.deps, bench.provider.port);
  await reportSilence(bench.deps, bench.provider.port, watermark);
}

/** Polls that succeed and bring nothing. */
async function hush(bench: Bench, lengthMs: number): Promise<void> {
  for (let passed = 0; passed < lengthMs; passed += 5 * MINUTE_MS) {
    later(bench, 5 * MINUTE_MS);
    await read(bench);
  }
}

async function told(bench: Bench) {
  return (await notices(bench)).map((notice) => [notice.subject, notice.kind === 'finding' && notice.detail.calls]);
}

const isWeekend = (at: number) => [0, 6].includes(new Date(at).getUTCDay());
const isAsleep = (at: number) => new Date(at).getUTCHours() < 4;
const calls = (bench: Bench) => bench.outbox().filter((row) => row.startsWith('notice_call '));

test('keys that never rest and fall silent together are told after an hour and three polls, and call after two hours, once', async () => {
  const bench = await openUsed(() => true);
  await hush(bench, HOUR_MS + 10 * MINUTE_MS);
  expect(await told(bench)).toEqual([]);

  await hush(bench, 5 * MINUTE_MS);
  const subject = `blind:silence:fake:${NOON}`;
  expect(await told(bench)).toEqual([[subject, false]]);
  expect(calls(bench)).toEqual([]);

  await hush(bench, 3 * HOUR_MS);
  expect(await told(bench)).toEqual([[subject, true]]);
  expect(calls(bench)).toHaveLength(1);
});

test.each([
  ['nobody works at weekends', (at: number) => !isWeekend(at), 20],
  ['nobody works at night', (at: number) => !isAsleep(at), 20],
  ['two keys never rest, and the third does', (at: number, keyId: string) => keyId !== 'key_3' || !isAsleep(at), 20],
  [
    'one of them came to rest two days ago',
    (at: number, keyId: string) => keyId !== 'key_3' || at < NOON - 2 * DAY_MS,
    20,
  ],
  ['too little is known', () => true, 10],
])('silence is no news where %s', async (_why, isUsed, days) => {
  const bench = await openUsed(isUsed, days);

  await hush(bench, 4 * HOUR_MS);

  expect(await told(bench)).toEqual([]);
});

test('keys that were stopped are missed by nobody', async () => {
  const bench = await openUsed(() => true);
  bench.provider.change('key_2', { status: 'inactive' });
  await bench.sync();

  await hush(bench, 4 * HOUR_MS);

  expect(await told(bench)).toEqual([]);
});

test('one key that goes on is enough, and so is usage that comes an hour late', async () => {
  const bench = await openUsed(() => true);
  await hush(bench, HOUR_MS);
  bench.provider.use.push({ keyId: 'key_1', at: NOON + 10 * MINUTE_MS, tokens: 5 });
  await hush(bench, 20 * MINUTE_MS);

  expect(await told(bench)).toEqual([]);
});
