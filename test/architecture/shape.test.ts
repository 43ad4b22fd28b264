import { describe, expect, test } from 'vitest';
import { shapeFaults } from './support/shape-rules.ts';
import { readSources, source } from './support/source.ts';

test('files, functions and parameter lists in src stay small, and any, ! and default exports stay out', () => {
  expect(shapeFaults(readSources())).toEqual([]);
});

describe('the shape check itself', () => {
  test.each([
    ['says any', 'const x: any = 1;'],
    ['says any', 'const x = y as unknown as any[];'],
    ['asserts with !', 'const x = y!.z;'],
    ['asserts with !', 'let x!: string;'],
    ['has a default export', 'export default function x() {}'],
    ['has a default export', 'const x = 1;\nexport default x;'],
    ['has a default export', 'const x = 1;\nexport { x as default };'],
    ['has 4 parameters', 'function x(a: 1, b: 2, c: 3, d: 4) {}'],
    ['has 4 parameters', 'type X = (a: 1, b: 2, c: 3, d: 4) => void;'],
    ['has 4 parameters', 'class X { constructor(a: 1, b: 2, c: 3, ...d: 4[]) {} }'],
    ['is a function of 61 lines', `const x = () => {${'\n'.repeat(60)}};`],
    ['is a function of 61 lines', `class X { run() {${'\n'.repeat(60)}} }`],
    ['has 301 lines', 'const x = 1;\n'.repeat(301)],
  ])('it %s', (why, text) => {
    expect(shapeFaults([source('src/domain/x.ts', text)])).toEqual([expect.stringContaining(why)]);
  });

  test.each([
    `const x = () => {${'\n'.repeat(59)}};`,
    'const x = 1;\n'.repeat(300),
    'function x(this: unknown, a: 1, b: 2, c: 3) {}',
    'const company = !anything;',
    '// any! export default',
  ])('at the limit it is silent (%#)', (text) => {
    expect(shapeFaults([source('src/domain/x.ts', text)])).toEqual([]);
  });
});
