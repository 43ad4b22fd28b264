import { describe, expect, test } from 'vitest';
import { commandOf, suggestions, usageOf } from '../../../../src/sandbox/page/client/logic/completion.ts';
import type { PageCommand, PagePerson } from '../../../../src/sandbox/page/protocol.ts';

const COMMANDS: readonly PageCommand[] = [
  { name: 'status', usage: '', summary: 'what is watched' },
  { name: 'stale', usage: '[days]', summary: 'keys without traffic' },
  { name: 'owner', usage: '<key> @user', summary: 'whose key it is' },
  { name: 'test-alert', usage: '', summary: 'try the way of an alert' },
];
const PEOPLE = [person('U0ANA', 'ana', 'Ana Ruiz'), person('U0BEN', 'ben', 'Ben Okafor')];

function person(id: string, name: string, realName: string): PagePerson {
  return { id, name, realName, isBot: false, part: null, isDeactivated: false };
}

function lines(line: string): readonly string[] {
  return suggestions(line, COMMANDS, PEOPLE).map((item) => item.line);
}

describe('a command is completed', () => {
  test.each([
    ['/', ['/keys status', '/keys stale ', '/keys owner ', '/keys test-alert']],
    ['/ke', ['/keys status', '/keys stale ', '/keys owner ', '/keys test-alert']],
    ['/keys sta', ['/keys status', '/keys stale ']],
    ['/keys al', ['/keys test-alert', '/keys stale ']],
    ['/keys STATU', ['/keys status']],
  ])('%s', (line, expected) => {
    expect(lines(line).toSorted()).toEqual(expected.toSorted());
  });

  test('what begins like it comes before what only holds it', () => {
    expect(lines('/keys t')[0]).toBe('/keys test-alert');
  });

  test.each(['', 'hello', '/keys stale', '/keys stale ', '/keys nothing', '/other', 'see /keys', '/keys st\n'])(
    'nothing is offered for %j: Enter sends it',
    (line) => {
      expect(lines(line)).toEqual([]);
    },
  );
});

test('people are completed wherever their sign stands', () => {
  expect(lines('/keys owner staging-ci @b')).toEqual(['/keys owner staging-ci @ben ']);
  expect(lines('thanks @ruiz')).toEqual([]);
  expect(lines('thanks @a')).toEqual(['thanks @ana ']);
  expect(lines('ana@a')).toEqual([]);
});

test('the usage of the command that is being filled in stays in sight', () => {
  expect(commandOf('/keys owner staging', COMMANDS)?.name).toBe('owner');
  expect(commandOf('/keys owner', COMMANDS)).toBeUndefined();
});

test('a usage that begins with its name says it once', () => {
  expect(usageOf({ name: 'stale', usage: '[days]', summary: '' })).toBe('stale [days]');
  expect(usageOf({ name: 'stale', usage: 'stale [days]', summary: '' })).toBe('stale [days]');
  expect(usageOf({ name: 'help', usage: '', summary: '' })).toBe('help');
});
