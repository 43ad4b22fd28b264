import { describe, expect, it } from 'vitest';
import { collectPages, mapInFlight, uniqueById } from '../../../src/providers/lib/paging.ts';

describe('paging', () => {
  it('keeps the order of the items whatever the order of the answers', async () => {
    const release: (() => void)[] = [];
    const mapping = mapInFlight([1, 2, 3], async (item) => {
      await new Promise<void>((resolve) => release.push(resolve));
      return item * 10;
    });
    while (release.length > 0) release.pop()?.();

    expect(await mapping).toEqual([10, 20, 30]);
  });

  it('starts nothing more after the first failure, and waits for what is under way', async () => {
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

  it('goes on after an empty page that announces more', async () => {
    const pages = [
      { items: [1], hasMore: true, cursor: 'a' },
      { items: [], hasMore: true, cursor: 'b' },
      { items: [2], hasMore: false, cursor: null },
    ];
    const asked: (string | undefined)[] = [];

    const all = await collectPages<number>(async (cursor) => {
      asked.push(cursor);
      return pages[asked.length - 1] ?? { items: [], hasMore: false, cursor: null };
    });

    expect(all).toEqual([1, 2]);
    expect(asked).toEqual([undefined, 'a', 'b']);
  });

  it('keeps the newest of two rows with one id', () => {
    const rows = [
      { id: 'a', version: 1 },
      { id: 'b', version: 1 },
      { id: 'a', version: 2 },
    ];

    expect(uniqueById(rows)).toEqual([
      { id: 'a', version: 2 },
      { id: 'b', version: 1 },
    ]);
  });
});
