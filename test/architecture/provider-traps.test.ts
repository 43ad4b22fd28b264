import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, source } from './support/source.ts';
import { testTitles } from './support/test-titles.ts';

const PAGE = readFileSync(join(ROOT, 'docs/providers.md'), 'utf8');
const TRAP_TESTS = ['test/providers/openai/traps.test.ts', 'test/providers/anthropic/traps.test.ts'];

interface Citation {
  readonly file: string;
  readonly name: string;
}

/** The rows of the table of traps, each with the tests that it cites. */
function trapsOf(page: string): readonly (readonly Citation[])[] {
  const rows = page.split('\n').filter((line) => /^\| (?!trap +\||---)/.test(line));
  return rows.map((row) =>
    [...row.matchAll(/`([^`]+)`: “([^”]+)”/g)].map(([, file = '', name = '']) => ({ file, name })),
  );
}

function titlesOf(file: string): readonly string[] {
  const path = join(ROOT, file);
  return existsSync(path) ? testTitles(source(file, readFileSync(path, 'utf8'))) : [];
}

test('every trap cites a test, and every cited test exists under that name', () => {
  const traps = trapsOf(PAGE);

  expect(traps.length).toBeGreaterThan(30);
  expect(traps.filter((citations) => citations.length === 0)).toEqual([]);
  const missing = traps.flat().filter(({ file, name }) => !titlesOf(file).includes(name));
  expect(missing).toEqual([]);
});

test.each(TRAP_TESTS)('every test of %s has its row', (file) => {
  const cited = new Set(
    trapsOf(PAGE)
      .flat()
      .filter((citation) => citation.file === file)
      .map(({ name }) => name),
  );

  const titles = titlesOf(file);
  expect(titles.length).toBeGreaterThan(10);
  expect(titles.filter((title) => !cited.has(title))).toEqual([]);
});

describe('the check itself', () => {
  test('finds titles of plain, parametrised and conditional tests', () => {
    const text = [
      "it('one', async () => {});",
      "test.each([1, 2])('two %i', (n) => {});",
      '  it("three\'s", () => { call(); });',
      "test.each([['four', 1]])('%s', () => {});",
      "it.runIf(costs !== null).each([403])('five %i', () => {});",
      "describe('six', () => { expect(it).toBe('seven'); });",
    ].join('\n');

    expect(testTitles(source('test/x.test.ts', text))).toEqual(['one', 'two %i', "three's", 'four', 'five %i']);
  });

  test('sees a row without a citation', () => {
    expect(trapsOf('| trap   | handled | test |\n| --- | --- | --- |\n| a | b | none |\n| a | b | `f`: “n” |')).toEqual(
      [[], [{ file: 'f', name: 'n' }]],
    );
  });
});
