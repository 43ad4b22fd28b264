import { describe, expect, test } from 'vitest';
import {
  countOrNull,
  countOrZero,
  flag,
  inner,
  readable,
  rowsOf,
  text,
} from '../../../src/providers/lib/row-reader.ts';

const rows = rowsOf({
  id: text,
  batch: flag,
  tokens: countOrZero,
  requests: countOrNull,
  cache: inner({ written: countOrZero }),
  searches: readable(inner({ web: countOrZero })),
});

describe('a row of a report', () => {
  test('is read field by field, and what is unknown is left out', () => {
    const raw = {
      id: 'key_1',
      batch: true,
      tokens: 12,
      requests: 3,
      cache: { written: 4, other: 5 },
      searches: { web: 1 },
      news: 'x',
    };

    expect(rows.parse([raw])).toEqual([
      { id: 'key_1', batch: true, tokens: 12, requests: 3, cache: { written: 4 }, searches: { web: 1 } },
    ]);
  });

  test('may leave everything out', () => {
    const empty = { id: null, batch: null, tokens: 0, requests: null, cache: null, searches: null };

    expect(rows.parse([{}, { id: '', tokens: null, requests: null, cache: null, batch: null }])).toEqual([
      empty,
      empty,
    ]);
  });

  test.each([
    ['12', 12],
    [' 7 ', 7],
    [1.6, 2],
    [-3, 0],
  ])('counts may be %j', (given, read) => {
    expect(rows.parse([{ tokens: given, requests: given }])).toMatchObject([{ tokens: read, requests: read }]);
  });

  test.each<[what: string, raw: unknown]>([
    ['results is no list', { 0: {} }],
    ['results is no list of objects', [[]]],
    ['results is no list of objects', ['key_1']],
    ['id is no text', [{ id: 7 }]],
    ['batch is neither true nor false', [{ batch: 'yes' }]],
    ['tokens is no number', [{ tokens: 'many' }]],
    ['tokens is no number', [{ tokens: '' }]],
    ['tokens is no number', [{ tokens: {} }]],
    ['requests is no number', [{ requests: Number.POSITIVE_INFINITY }]],
    ['cache is no object', [{ cache: 3 }]],
    ['cache.written is no number', [{ cache: { written: 'sk-secret-value' } }]],
  ])('an answer that does not fit is told by field and never by value: %s', (what, raw) => {
    expect(() => rows.parse(raw)).toThrow(new RegExp(`^${what.replaceAll('.', '\\.')}$`));
  });

  test('what is only worth knowing is null where it cannot be read', () => {
    expect(rows.parse([{ searches: 'many' }])).toMatchObject([{ searches: null }]);
  });
});
