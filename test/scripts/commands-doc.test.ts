import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS_DOC, commandsDoc, MORE } from '../../scripts/commands-doc.ts';
import { subcommands } from '../../src/slack/commands/index.ts';

test('docs/commands.md says what the code says (npm run docs:commands makes it anew)', () => {
  expect(readFileSync(COMMANDS_DOC, 'utf8')).toBe(commandsDoc());
});

test('every subcommand has an entry with an example of itself, and nothing else has', () => {
  expect(Object.keys(MORE).sort()).toEqual(subcommands.map(({ name }) => name).sort());
  for (const [name, { examples }] of Object.entries(MORE)) {
    expect(examples.map((example) => example.split(' ')[0])).toEqual(examples.map(() => name));
  }
});

test('a subcommand that nobody has described stops the page', () => {
  const unknown = { name: 'fly', usage: 'fly', summary: 'away' };

  expect(() => commandsDoc([unknown])).toThrow('/keys fly');
});
