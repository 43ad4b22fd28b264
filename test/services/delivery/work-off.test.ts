import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { OutboxRow } from '../../../src/ports/outbox.ts';
import { workOff } from '../../../src/services/delivery/work-off.ts';
import { type Bench, openBench, present } from '../../support/bench-deps.ts';

interface Work {
  readonly bench: Bench;
  /** Ids in the order in which they were begun. */
  readonly begun: string[];
  readonly working: Promise<void>;
  end(id: string): void;
  until(count: number): Promise<void>;
}

test('a row that is under way is not begun twice, and what comes meanwhile is begun at once', async () => {
  const bench = openBench();
  await enqueue(bench, 'out_1', 'out_2');
  const work = start(bench);
  await work.until(2);
  await enqueue(bench, 'out_3');
  await work.until(3);
  for (const id of ['out_2', 'out_3', 'out_1']) work.end(id);
  await work.working;

  expect(work.begun).toEqual(['out_1', 'out_2', 'out_3']);
});

test('rows to one place go one after the other, in order', async () => {
  const bench = openBench();
  await enqueue(bench, 'out_1', 'out_2');
  const work = start(bench, () => 'the same');
  await work.until(1);
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  expect(work.begun).toEqual(['out_1']);
  work.end('out_1');
  await work.until(2);
  work.end('out_2');
  await work.working;
});

test('at most eight places are written to at once; the next begins when one has ended', async () => {
  const bench = openBench();
  const ids = Array.from({ length: 9 }, (_, index) => `out_${index + 1}`);
  await enqueue(bench, ...ids);
  const work = start(bench);
  await work.until(8);
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  expect(work.begun).toHaveLength(8);
  work.end('out_3');
  await work.until(9);
  for (const id of ids) if (id !== 'out_3') work.end(id);
  await work.working;
});

test('a row that cannot be settled stops what has not begun, and is thrown when the rest has ended', async () => {
  const bench = openBench();
  await enqueue(bench, 'out_1', 'out_2');
  const begun: string[] = [];
  const working = workOff({
    deps: bench.deps,
    part: 'messages',
    placeOf: async () => 'the same',
    send: async ({ id }) => {
      begun.push(id);
      throw new Error('the disk is full');
    },
  });
  await expect(working).rejects.toThrow('the disk is full');
  expect(begun).toEqual(['out_1']);
});

function start(bench: Bench, placeOf: (row: OutboxRow) => string = ({ id }) => id): Work {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const send = async (row: OutboxRow) => {
    begun.push(row.id);
    await new Promise<void>((resolve) => ends.set(row.id, resolve));
    await bench.store.write((tx) => tx.outbox.update({ ...row, state: 'sent', settledAt: 0 }));
  };
  return {
    bench,
    begun,
    working: workOff({ deps: bench.deps, part: 'messages', placeOf: async (row) => placeOf(row), send }),
    end: (id) => present(ends.get(id))(),
    async until(count) {
      while (begun.length < count) await nextTurn();
    },
  };
}

async function enqueue({ store, clock }: Bench, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const row = { id, kind: 'alert', subjectId: id, threadKey: id, createdAt: clock.now() };
    await store.write((tx) => tx.outbox.enqueue(row));
  }
}
