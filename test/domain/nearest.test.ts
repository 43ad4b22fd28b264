import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearestName } from '../../src/domain/nearest.ts';

const SUBCOMMANDS = ['help', 'list', 'show', 'status', 'stale'];

test.each([
  ['lst', 'list'],
  ['LIST', 'list'],
  ['statsu', 'status'],
  ['stael', 'stale'],
  ['hlep', 'help'],
  ['shwo', 'show'],
  ['rotate', undefined],
  ['frobnicate', undefined],
])('of the subcommands, %s means %s', (typed, meant) => {
  expect(nearestName(typed, SUBCOMMANDS)).toBe(meant);
});

test.each([
  ['OPENAI_ADMIN_KEYS', 'OPENAI_ADMIN_KEY'],
  ['OPENAI_KEY_ADMIN', undefined],
])('a longer name may be further off, up to a third: %s means %s', (typed, meant) => {
  expect(nearestName(typed, ['OPENAI_ADMIN_KEY', 'SLACK_BOT_TOKEN'])).toBe(meant);
});

test('of two that are as near, the first is named', () => {
  expect(nearestName('lisp', ['lisa', 'list'])).toBe('lisa');
  expect(nearestName('lisp', ['list', 'lisa'])).toBe('list');
});

test('nothing is near to nothing', () => {
  expect(nearestName('list', [])).toBeUndefined();
});

test('a name that is there is always its own nearest, and one slip away still finds it', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{6,12}$/), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(names, fc.nat(), fc.nat(), (candidates, which, where) => {
      const name = candidates[which % candidates.length] ?? '';
      expect(nearestName(name, candidates)).toBe(name);
      const cut = where % name.length;
      const slipped = name.slice(0, cut) + name.slice(cut + 1);
      expect(nearestName(slipped, candidates)).toBeDefined();
    }),
  );
});
