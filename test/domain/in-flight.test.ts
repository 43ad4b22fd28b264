import { expect, test } from 'vitest';
import { mapInFlight } from '../../src/domain/in-flight.ts';

test('keeps the order of the items whatever the order of the answers', async () => {
  const release: (() => void)[] = [];
  const mapping = mapInFlight([1, 2, 3], async (item) => {
    await new Promise<void>((resolve) => release.push(resolve));
    return item * 10;
  });
  while (release.length > 0) release.pop()?.();

  expect(await mapping).toEqual([10, 20, 30]);
});

test('starts nothing more after the first failure, and waits for what is under way', async () => {
  const started: number[] = [];
  const finished: number[] = [];
  const items = Array.from({ length: 20 }, (_, index) => index);

  const mapping = mapInFlight(items, async (item) => {
    started.push(item);
    await Promise.resolve();
    if (item === 0) throw new Error('no');
    await Promise.resolve();
    finished.push(item);
  });

  await expect(mapping).rejects.toThrow('no');
  expect(started.length).toBeLessThan(10);
  expect(finished).toEqual(started.slice(1));
});

test('keeps four calls in flight at most', async () => {
  let inFlight = 0;
  let most = 0;
  await mapInFlight(
    Array.from({ length: 50 }, (_, index) => index),
    async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await Promise.resolve();
      inFlight -= 1;
    },
  );

  expect(most).toBe(4);
});
