import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { stories } from '../../src/sandbox/index.ts';
import { KEYSTEWARD } from '../support/program.ts';

function sandboxPage(...args: string[]) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  return spawnSync(process.execPath, [...KEYSTEWARD, 'sandbox', 'page', ...args], { env, encoding: 'utf8' });
}

test('a port that was asked for and is taken is said in a sentence, with the way to another', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const run = sandboxPage('--port', String(port));
  await new Promise((resolve) => other.close(resolve));

  expect(run.stderr).toMatch(new RegExp(`^Port ${port} is taken\\. Choose another: .*--port ${port + 1}`));
  expect(run.stdout).toBe('');
  expect(run.status).toBe(1);
});

test('an unknown story is answered with those that there are', () => {
  const run = sandboxPage('--port', '0', '--story', 'nothing');

  expect(run.stderr).toBe(`There is no story "nothing". Known: ${stories.map(({ id }) => id).join(', ')}.\n`);
  expect(run.status).toBe(1);
});

test('the help lists every story', () => {
  const run = sandboxPage('--help');

  const listed = run.stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(listed).toEqual(expect.arrayContaining(stories.map(({ id, title }) => [id, title])));
  expect(run.status).toBe(0);
});

test('a speed that there is not is a usage error', () => {
  const run = sandboxPage('--speed', '3600');

  expect(run.stderr).toContain('0, 1, 60, 600');
  expect(run.status).toBe(2);
});
