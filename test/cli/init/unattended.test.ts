import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { expect, test } from 'vitest';
import { KEYSTEWARD } from '../../support/program.ts';
import { temporaryFolder } from '../../support/store.ts';
import { ADMIN_KEY, APP_TOKEN, BOT_TOKEN, openCompany } from '../support/company.ts';

const PATIENCE = { timeout: 60_000 };

test(
  'without a terminal and without --yes one sentence says what to do, and nothing is written',
  PATIENCE,
  async () => {
    const folder = temporaryFolder();

    const { code, stderr } = await init(folder, [], {});

    expect(code).toBe(1);
    expect(stderr).toMatch(/^keysteward init asks questions and needs a terminal\. Without one: keysteward init --yes/);
    expect(readdirSync(folder)).toEqual([]);
  },
);

test(
  '--yes takes flags and the environment, finds people by e-mail, and leaves secrets where they are',
  PATIENCE,
  async () => {
    const folder = temporaryFolder();
    const { env } = await openCompany();
    const flags = ['--channel', 'ai-keys', '--admin', 'Chris@acme.example', '--responder', 'S0SECURITY', 'U0ANA'];

    const { code, stdout } = await init(
      folder,
      ['--yes', ...flags, '--staging', '*-ci', '--auto-contain-usd', '50'],
      env,
    );

    expect(code).toBe(0);
    expect(stdout).toContain('Keysteward can run');
    expect(readdirSync(folder).sort()).toEqual(['data', 'policy.yml']);
    const policy = readFileSync(join(folder, 'policy.yml'), 'utf8');
    for (const part of [
      "'#ai-keys'",
      'admins: [U0CHRIS]',
      'responders: [S0SECURITY, U0ANA]',
      'above_usd: 50',
      "'*-ci'",
    ])
      expect(policy).toContain(part);
  },
);

test('--save-secrets copies them into .env, and no output shows one', PATIENCE, async () => {
  const folder = temporaryFolder();
  const { env } = await openCompany();
  const flags = ['--yes', '--save-secrets', '--channel', '#ai-keys', '--admin', 'U0CHRIS'];

  const { code, stdout, stderr } = await init(folder, flags, env);

  expect(code).toBe(0);
  expect(parse(readFileSync(join(folder, '.env')))).toEqual({
    SLACK_BOT_TOKEN: BOT_TOKEN,
    SLACK_APP_TOKEN: APP_TOKEN,
    OPENAI_ADMIN_KEY: ADMIN_KEY,
  });
  expect(stdout + stderr).not.toContain('canary');
});

test(
  'an e-mail address that nobody has, and a policy with faults, stop it before anything is written',
  PATIENCE,
  async () => {
    const folder = temporaryFolder();
    const { env } = await openCompany();
    const nobody = await init(folder, ['--yes', '--channel', 'ai-keys', '--admin', 'no@acme.example'], env);
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(join(folder, 'policy.yml'), 'polling: { usage_minutes: 900 }\n');
    const faulty = await init(folder, ['--yes', '--channel', 'ai-keys', '--admin', 'U0CHRIS'], env);

    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('Nobody in the workspace has') });
    expect(faulty).toMatchObject({ code: 1, stderr: expect.stringContaining('polling.usage_minutes') });
    expect(readdirSync(folder)).toEqual(['policy.yml']);
  },
);

function init(folder: string, flags: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [...KEYSTEWARD, 'init', ...flags], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    text.stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    text.stderr += String(chunk);
  });
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, ...text }));
  });
}
