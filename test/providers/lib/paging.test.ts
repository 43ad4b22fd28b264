import { describe, expect, it } from 'vitest';
import { collectPages, uniqueById } from '../../../src/providers/lib/paging.ts';

describe('paging', () => {
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
