import { expect, test } from 'vitest';
import { searchPrefixes } from '../../src/domain/search-prefixes.ts';

test('the beginnings of keys are what their forms share, the commonest first, and never part of a key', () => {
  const hints = [
    'sk-ant-api03-R2D…igAA',
    'sk-ant-api03-xYz…9f2a',
    'sk-proj-…abcd',
    'gsk_…1234',
    'AIza…0000',
    '',
    null,
    'x-…',
  ];
  expect(searchPrefixes(hints)).toEqual([
    { prefix: 'sk-ant-api03-', keys: 2 },
    { prefix: 'gsk_', keys: 1 },
    { prefix: 'sk-proj-', keys: 1 },
  ]);
});
