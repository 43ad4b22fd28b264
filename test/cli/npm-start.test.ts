import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PAGE_MS = 120_000;

let folder: string;
let child: ChildProcess | undefined;

/** The project as a fresh clone has it: without a `.env` that would start the real bot. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'npm-start-'));
  await mkdir(join(folder, 'tmp'));
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
  for (const name of ['src', 'db', 'node_modules']) await symlink(join(ROOT, name), join(folder, name));
});

afterEach(async () => {
  if (child?.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

test('npm start says where the page is, serves it, and a SIGTERM ends it with nothing left behind', {
  timeout: PAGE_MS,
}, async () => {
  const path = `${join(folder, 'node_modules/.bin')}:${process.env['PATH']}`;
  const env = { PATH: path, HOME: folder, TMPDIR: join(folder, 'tmp') };
  const { scripts } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  // As npm runs it. npm itself stays out: it dies of a signal, whatever the script makes of it.
  const command = ['-c', `exec ${scripts.start}`];
  const script = spawn('sh', command, { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  child = script;
  const ended = new Promise<number | null>((resolve) => script.once('exit', resolve));
  const said = await told(script, /README, "(.+)"/);
  const address = /http:\/\/localhost:\d+/.exec(said)?.[0] ?? 'no address';
  const section = /README, "(.+)"/.exec(said)?.[1];
  expect(await readFile(join(ROOT, 'README.md'), 'utf8')).toContain(`\n## ${section}\n`);

  const page = await fetch(`${address}/`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('<title>Keysteward sandbox</title>');
  expect(await ownFolders()).not.toEqual([]);

  script.kill('SIGTERM');
  expect(await ended).toBe(0);
  await expect(fetch(address)).rejects.toThrow();
  expect(await ownFolders()).toEqual([]);
});

/** All that the process says until this is in it. */
function told(script: ChildProcess, what: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (chunk: Buffer): void => {
      said += chunk.toString('utf8');
      if (what.test(said)) resolve(said);
    };
    script.stdout?.on('data', listen);
    script.stderr?.on('data', listen);
    script.once('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
}

async function ownFolders(): Promise<readonly string[]> {
  return (await readdir(join(folder, 'tmp'))).filter((name) => name.startsWith('keysteward'));
}
