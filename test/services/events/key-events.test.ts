import { expect, test } from 'vitest';
import { eventsOfKey } from '../../../src/services/events/key-events.ts';
import { readEvents } from '../../../src/services/events/read-events.ts';
import { NOON, openBench } from '../../support/bench-deps.ts';
import { fakeEvent, fakeKey } from '../../support/fake-provider.ts';

test('of a key its newest three events are shown, and always who made it, oldest first', async () => {
  const bench = openBench({ hasEventLog: true });
  bench.provider.put(fakeKey('key_1'), fakeKey('key_2'), fakeKey('key_3'));
  await bench.sync();
  const of = (keyId: string, ms: number, keyChange: 'created' | 'updated') =>
    fakeEvent(NOON - ms, { keyId, keyChange });
  bench.provider.events = [
    of('key_1', 90, 'created'),
    ...[40, 30, 20, 10].map((ms) => of('key_1', ms, 'updated')),
    of('key_2', 8, 'created'),
    of('key_2', 7, 'updated'),
  ];
  await readEvents(bench.deps, bench.provider.port);
  const shown = async (id: string) => (await eventsOfKey(bench.deps, await bench.keyOf(id))).map(({ at }) => NOON - at);

  expect(await shown('key_1')).toEqual([90, 30, 20, 10]);
  expect(await shown('key_2')).toEqual([8, 7]);
  expect(await shown('key_3')).toEqual([]);
});
