import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { scenarios } from '../../src/sandbox/index.ts';
import { KEYSTEWARD } from '../support/program.ts';

function simulate(...args: string[]) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  return spawnSync(process.execPath, [...KEYSTEWARD, 'simulate', ...args], { env, encoding: 'utf8' });
}

describe('keysteward simulate', () => {
  test('with a responder of "none" nobody clicks, and the theft goes on', { timeout: 60_000 }, () => {
    const run = simulate(
      'leak-weekend',
      '--responder-minutes',
      'none',
      '--poll-minutes',
      '20',
      '--hours',
      '4',
      '--json',
    );

    const result: unknown = JSON.parse(run.stdout);
    expect(result).toMatchObject({ actions: [], keyStatus: 'active', rootMessages: 1, auditVerified: true });
    // From 02:10 to 04:00 at about $265 an hour.
    expect((result as { lostTotalUsd: number }).lostTotalUsd).toBeGreaterThan(400);
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
  });

  test('the help lists every scenario with what it is about', () => {
    const run = simulate('--help');

    const listed = run.stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(listed).toEqual(expect.arrayContaining(scenarios.map(({ id, title }) => [id, title])));
    expect(run.status).toBe(0);
  });

  test.each([
    ['an unknown scenario', ['no-such-story'], 'no-such-story'],
    ['minutes out of range', ['leak-weekend', '--poll-minutes', '99'], 'from 1 to 60'],
    ['a responder that is no number', ['leak-weekend', '--responder-minutes', 'soon'], 'whole number'],
    ['an unknown provider', ['leak-weekend', '--provider', 'acme'], 'acme'],
    ['a rotation at an unknown provider', ['rotation', '--provider', 'acme', '--json'], 'acme'],
    ['no scenario', [], 'scenario'],
  ])('%s is a usage error that says what to give', (_, args, words) => {
    const run = simulate(...args);

    expect(run.status).toBe(2);
    expect(run.stderr).toContain(words);
    expect(run.stdout).toBe('');
  });
});
