import { expect, test } from 'vitest';
import { firstIndex, groupBy } from '../../src/domain/collections.ts';

test('groupBy keeps every item once, in order, under its group; groups come in order of their first item', () => {
  const groups = groupBy(['pear', 'fig', 'plum', 'apple', 'kiwi'], (word) => word.length);

  expect([...groups]).toEqual([
    [4, ['pear', 'plum', 'kiwi']],
    [3, ['fig']],
    [5, ['apple']],
  ]);
});

test('groupBy of nothing is nothing, and undefined is a group like any other', () => {
  expect(groupBy([], String).size).toBe(0);
  expect(groupBy([1, 2], () => undefined).get(undefined)).toEqual([1, 2]);
});

test('firstIndex finds where it begins, with as few looks as halving takes', () => {
  let looks = 0;
  const reached = (from: number) => (index: number) => {
    looks += 1;
    return index >= from;
  };

  for (const from of [0, 1, 500, 999, 1_000]) expect(firstIndex(1_000, reached(from))).toBe(from);
  expect(looks).toBeLessThanOrEqual(5 * 10);
  expect(firstIndex(0, reached(0))).toBe(0);
});
