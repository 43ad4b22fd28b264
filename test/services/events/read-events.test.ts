import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { readEventsJob } from '../../../src/scheduler/jobs/read-events.ts';
import { askEventsAgain, readEvents } from '../../../src/services/events/read-events.ts';
import { readInventory } from '../../../src/services/inventory/read-inventory.ts';
import { type Bench, type BenchOptions, later, NOON, openBench, present } from '../../support/bench-deps.ts';
import { failing, fakeEvent, fakeKey } from '../../support/fake-provider.ts';

const OVERLAP_MS = 15 * MINUTE_MS;

function benchWithLog(options: BenchOptions = {}): Bench {
  return openBench({ hasEventLog: true, ...options });
}

async function read(bench: Bench, fake = bench.provider): Promise<void> {
  await readEvents(bench.deps, fake.port);
}

async function watermark(bench: Bench, connectionId = 'fake') {
  return present(await bench.store.read.eventWatermarks.get(connectionId));
}

/** Everything that is kept, oldest first. */
function kept(bench: Bench) {
  return bench
    .raw()
    .prepare<[], Readonly<Record<string, string | number | null>>>('SELECT * FROM provider_events ORDER BY at, id')
    .all();
}

function ids(bench: Bench) {
  return kept(bench).map((row) => row['provider_event_id']);
}

describe('a log that is read', () => {
  test('for the first time gives the last thirty days, oldest first and without a gap', async () => {
    const bench = benchWithLog();
    bench.provider.events = [-31, -29, -1, -0.5].map((days) => fakeEvent(NOON + days * DAY_MS));

    await read(bench);

    const windows = bench.provider.eventWindows;
    expect(windows[0]?.from).toBe(NOON - 30 * DAY_MS);
    expect(windows.slice(1).map(({ from }) => from)).toEqual(windows.slice(0, -1).map(({ to }) => to));
    expect(windows.at(-1)?.to).toBeNull();
    expect(kept(bench).map(({ at }) => at)).toEqual([-29, -1, -0.5].map((days) => NOON + days * DAY_MS));
    expect(await watermark(bench)).toEqual({
      connectionId: 'fake',
      availability: 'available',
      changedAt: NOON,
      readUntil: NOON,
      newestEventAt: NOON - DAY_MS / 2,
      notBeforeAt: null,
      failingSince: null,
      misses: 0,
      problem: null,
    });
  });

  test('again begins fifteen minutes before where it stopped, and keeps what came late once', async () => {
    const bench = benchWithLog();
    const known = fakeEvent(NOON - 5 * MINUTE_MS);
    bench.provider.events = [known];
    await read(bench);

    later(bench, 5 * MINUTE_MS);
    // Newest first, twice the same, and one that was published ten minutes late.
    const [late, fresh] = [fakeEvent(NOON - 10 * MINUTE_MS), fakeEvent(NOON + MINUTE_MS)];
    bench.provider.events = [fresh, known, late, fresh, known];
    await read(bench);

    expect(bench.provider.eventWindows.at(-1)).toEqual({ from: NOON - OVERLAP_MS, to: null });
    expect(ids(bench)).toEqual([late.id, known.id, fresh.id]);
    expect(kept(bench).map((row) => row['seen_at'])).toEqual([NOON + 5 * MINUTE_MS, NOON, NOON + 5 * MINUTE_MS]);
    expect(await watermark(bench)).toMatchObject({ readUntil: NOON + 5 * MINUTE_MS, newestEventAt: fresh.at });
  });

  test('is not read by a provider that has none', async () => {
    const bench = openBench();

    await read(bench);

    expect(await bench.store.read.eventWatermarks.all()).toEqual([]);
  });

  test('goes on in the next run where there was too much for one', async () => {
    const bench = benchWithLog();
    bench.provider.events = Array.from({ length: 6_000 }, (_, index) =>
      fakeEvent(NOON - 29 * DAY_MS + (index % 2) * DAY_MS + index, { id: `event_${index}` }),
    );

    await read(bench);
    const first = await watermark(bench);
    expect(first.readUntil).toBeLessThan(NOON - 26 * DAY_MS);
    await read(bench);

    expect(ids(bench)).toHaveLength(6_000);
    expect((await watermark(bench)).readUntil).toBe(NOON);
  });

  test('reads forty days at most in one run after a long downtime', async () => {
    const bench = benchWithLog();
    await read(bench);
    later(bench, 100 * DAY_MS);

    await read(bench);
    expect((await watermark(bench)).readUntil).toBe(NOON + 40 * DAY_MS - OVERLAP_MS);
    await read(bench);
    await read(bench);

    expect((await watermark(bench)).readUntil).toBe(NOON + 100 * DAY_MS);
  });

  test('survives a clock that was set back', async () => {
    const bench = benchWithLog();
    await read(bench);
    const mark = await watermark(bench);
    await bench.store.write((tx) => tx.eventWatermarks.put({ ...mark, readUntil: NOON + 9 * HOUR_MS }));

    await read(bench);

    expect(bench.provider.eventWindows.at(-1)).toEqual({ from: NOON - OVERLAP_MS, to: null });
    expect((await watermark(bench)).readUntil).toBe(NOON);
  });

  test('holds events apart that have no id of their own, and knows them again', async () => {
    const bench = benchWithLog();
    const nameless = { id: null, keyId: 'key_1', kind: 'key.changed' };
    bench.provider.events = [
      fakeEvent(NOON - 2, nameless),
      fakeEvent(NOON - 2, { ...nameless, actor: 'bob@acme.test' }),
      fakeEvent(NOON - 2, { ...nameless, detail: { a: 1, b: 2 } }),
      fakeEvent(NOON - 2, { ...nameless, detail: { b: 2, a: 1 } }),
      fakeEvent(NOON - 1, nameless),
    ];

    await read(bench);
    await read(bench);

    expect(kept(bench)).toHaveLength(4);
  });

  test('keeps nothing that looks like a key, and holds two events apart whose ids do', async () => {
    const bench = benchWithLog();
    const pasted = ['sk', 'proj', 'a'.repeat(40)].join('-');
    bench.provider.events = [1, 2].map((ms) =>
      fakeEvent(NOON - ms, {
        id: `${pasted}${ms}`,
        kind: `kind ${pasted}`,
        keyId: pasted,
        scopeId: pasted,
        actor: pasted,
        detail: { note: `${pasted} ${'x'.repeat(1_000)}` },
      }),
    );

    await read(bench);

    expect(kept(bench)).toHaveLength(2);
    expect(JSON.stringify(kept(bench))).not.toContain('aaaa');
    expect(String(kept(bench)[0]?.['detail']).length).toBeLessThan(350);
  });

  test('is one log, though two connections see it', async () => {
    const bench = benchWithLog({ connectionId: 'fake' });
    const other = bench.connect({ connectionId: 'fake:acme', hasEventLog: true });
    const rival = bench.connect({ id: 'rival', hasEventLog: true });
    for (const fake of [bench.provider, other, rival]) fake.events = [fakeEvent(NOON - 1)];

    for (const fake of [bench.provider, other, rival]) await read(bench, fake);

    expect(kept(bench).map((row) => row['connection_id'])).toEqual(['fake', 'rival']);
    expect((await watermark(bench, 'fake:acme')).newestEventAt).toBe(NOON - 1);
  });
});

describe('a log that cannot be read', () => {
  test('keeps how far it was read, says since when and why, and goes on from there', async () => {
    const bench = benchWithLog();
    await read(bench);
    later(bench, 5 * MINUTE_MS);
    bench.provider.script('readEvents', failing('provider_unavailable'), failing('provider_auth'));

    await read(bench);
    later(bench, 5 * MINUTE_MS);
    await read(bench);
    expect(await watermark(bench)).toMatchObject({
      availability: 'available',
      readUntil: NOON,
      failingSince: NOON + 5 * MINUTE_MS,
      misses: 2,
      problem: 'The provider says provider_auth.',
    });
    bench.provider.events = [fakeEvent(NOON + MINUTE_MS)];
    await read(bench);

    expect(ids(bench)).toHaveLength(1);
    expect(await watermark(bench)).toMatchObject({ failingSince: null, misses: 0, problem: null });
  });

  test('in the middle of many days keeps the days before', async () => {
    const bench = benchWithLog();
    bench.provider.events = [fakeEvent(NOON - 29.5 * DAY_MS)];
    bench.provider.script('readEvents', { kind: 'ok' }, { kind: 'ok' }, failing('provider_unavailable'));

    await read(bench);

    expect(ids(bench)).toHaveLength(1);
    expect(await watermark(bench)).toMatchObject({ readUntil: NOON - 28 * DAY_MS, misses: 1 });
  });

  test('is left alone for as long as the provider asks', async () => {
    const bench = benchWithLog();
    bench.provider.script('readEvents', failing('provider_rate_limited', { retryAfterMs: 7 * MINUTE_MS }));
    await read(bench);

    later(bench, 5 * MINUTE_MS);
    await read(bench);
    expect(bench.provider.callsOf('readEvents')).toHaveLength(1);
    later(bench, 5 * MINUTE_MS);
    await read(bench);

    expect((await watermark(bench)).readUntil).toBe(NOON + 10 * MINUTE_MS);
  });

  test('does not keep the other connections’ logs from being read, and does not fail the job', async () => {
    const bench = benchWithLog();
    const rival = bench.connect({ id: 'rival', hasEventLog: true });
    bench.provider.script('readEvents', failing('provider_unavailable'));
    rival.events = [fakeEvent(NOON - 1)];

    await readEventsJob.run(bench.deps);

    expect(ids(bench)).toHaveLength(1);
  });
});

describe('a log that is not enabled', () => {
  test('is not the same as one in which nothing happened', async () => {
    const bench = benchWithLog();
    const rival = bench.connect({ id: 'rival', hasEventLog: true });
    bench.provider.eventLog = 'off';

    await read(bench);
    await read(bench, rival);

    expect(await watermark(bench)).toMatchObject({ availability: 'not_enabled', readUntil: null, misses: 0 });
    expect(await watermark(bench, 'rival')).toMatchObject({ availability: 'available', readUntil: NOON });
  });

  test('is asked for once a day, and read from then on when it is there', async () => {
    const bench = benchWithLog();
    bench.provider.eventLog = 'off';
    for (let hour = 0; hour < 48; hour += 1) {
      await read(bench);
      later(bench, HOUR_MS);
    }
    expect(bench.provider.callsOf('readEvents')).toHaveLength(2);
    expect((await watermark(bench)).changedAt).toBe(NOON);

    bench.provider.eventLog = 'on';
    bench.provider.events = [fakeEvent(NOON + 40 * HOUR_MS)];
    await read(bench);

    expect(await watermark(bench)).toMatchObject({ availability: 'available', changedAt: NOON + 2 * DAY_MS });
    expect(ids(bench)).toHaveLength(1);
  });

  test('but was until now is asked for again after an hour, once', async () => {
    const bench = benchWithLog();
    await read(bench);
    bench.provider.eventLog = 'off';
    bench.provider.calls.length = 0;

    for (let hour = 0; hour < 24; hour += 1) {
      await read(bench);
      later(bench, HOUR_MS);
    }

    expect(bench.provider.callsOf('readEvents')).toHaveLength(2);
    expect(await watermark(bench)).toMatchObject({ availability: 'not_enabled', readUntil: NOON, changedAt: NOON });
  });

  test('is asked for at once after a restart: somebody may have put a better key into the configuration', async () => {
    const bench = benchWithLog();
    const rival = bench.connect({ id: 'rival', hasEventLog: true });
    bench.provider.eventLog = 'off';
    rival.script('readEvents', failing('provider_rate_limited', { retryAfterMs: HOUR_MS }));
    await readEventsJob.run(bench.deps);
    later(bench, MINUTE_MS);

    await askEventsAgain(bench.deps);
    await readEventsJob.run(bench.deps);

    expect([bench.provider, rival].map((fake) => fake.callsOf('readEvents').length)).toEqual([2, 1]);
  });
});

describe('a key that the log says was made, changed or deleted', () => {
  async function listed(options: BenchOptions = {}): Promise<Bench> {
    const bench = benchWithLog(options);
    bench.provider.put(fakeKey('key_1'));
    await readInventory(bench.deps, bench.provider.port);
    bench.provider.calls.length = 0;
    later(bench, 10 * MINUTE_MS);
    return bench;
  }

  test('is in the inventory at once', async () => {
    const bench = await listed();
    bench.provider.put(fakeKey('key_2', { label: 'night job' }));
    bench.provider.events = [fakeEvent(NOON + 6 * MINUTE_MS, { keyId: 'key_2', keyChange: 'created' })];

    await read(bench);

    expect((await bench.keyOf('key_2')).label).toBe('night job');
    expect((await bench.store.read.inventoryReads.get('fake'))?.readAt).toBe(NOON + 10 * MINUTE_MS);
  });

  test('is looked for once more shortly after, since a list may lag behind, and then no more', async () => {
    const bench = await listed();
    bench.provider.events = [fakeEvent(NOON + 8 * MINUTE_MS, { keyChange: 'deleted' })];

    for (let turn = 0; turn < 6; turn += 1) {
      await read(bench);
      later(bench, 5 * MINUTE_MS);
    }

    expect(bench.provider.callsOf('listKeys')).toHaveLength(2);
  });

  test('is not looked for where the list is younger, or where the event changes no key', async () => {
    const bench = await listed();
    bench.provider.events = [
      fakeEvent(NOON - DAY_MS, { keyId: 'key_1', keyChange: 'created' }),
      fakeEvent(NOON + 6 * MINUTE_MS, { keyId: 'key_1' }),
    ];

    await read(bench);

    expect(bench.provider.callsOf('listKeys')).toEqual([]);
  });

  test('is looked for again when the list cannot be read, and what was read of the log is kept', async () => {
    const bench = await listed();
    bench.provider.events = [fakeEvent(NOON + 6 * MINUTE_MS, { keyChange: 'updated' })];
    bench.provider.script('listKeys', failing('provider_unavailable'));

    await read(bench);
    expect(await watermark(bench)).toMatchObject({ readUntil: NOON + 10 * MINUTE_MS, failingSince: null });
    later(bench, 30 * MINUTE_MS);
    await read(bench);

    expect(bench.provider.callsOf('listKeys')).toHaveLength(2);
    expect((await bench.store.read.inventoryReads.get('fake'))?.failingSince).toBeNull();
  });
});
