import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// A fresh start of the built program: an empty folder, an empty home, and nothing from this machine's environment.
const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const TIMEOUT_MS = 300_000;
const STACK_LINE = /^\s+at .+:\d+/m;
const USAGE_ERROR = 2;

const CHECKS = [
  {
    name: 'help names the commands',
    args: ['--help'],
    exit: 0,
    look: ({ stdout }) => missing(stdout, ['start', 'simulate']),
  },
  {
    name: 'start without configuration says what is missing',
    args: ['start'],
    exit: 1,
    look: ({ stderr }) => missing(stderr, ['SLACK_BOT_TOKEN', '_ADMIN_KEY']),
  },
  {
    name: 'start with half a configuration says what is missing',
    args: ['start'],
    env: { SLACK_BOT_TOKEN: 'xoxb-half' },
    exit: 1,
    look: ({ stdout, stderr }) => missing(stderr, ['SLACK_APP_TOKEN']) ?? present(stdout + stderr, 'xoxb-half'),
  },
  {
    name: 'an unknown scenario is a usage error',
    args: ['simulate', 'no-such-scenario', '--json'],
    exit: USAGE_ERROR,
    look: ({ stdout }) => (stdout === '' ? null : 'stdout is not empty'),
  },
  {
    name: 'a simulated leak becomes one message',
    args: ['simulate', 'leak-weekend', '--hours', '6', '--json'],
    exit: 0,
    look: ({ stdout }) => oneMessage(stdout),
  },
];

const [report] = process.argv.slice(2);
const results = CHECKS.map(run);
if (report !== undefined) {
  mkdirSync(dirname(report), { recursive: true });
  writeFileSync(report, JSON.stringify(results, null, 2));
}
process.exitCode = results.every(({ fault }) => fault === null) ? 0 : 1;

function run(check) {
  const folder = mkdtempSync(join(tmpdir(), 'keysteward-smoke-'));
  try {
    const env = { PATH: process.env.PATH, HOME: folder, ...check.env };
    const options = { cwd: folder, env, encoding: 'utf8', timeout: TIMEOUT_MS, input: '', maxBuffer: 64 * 1024 * 1024 };
    const result = spawnSync(process.execPath, [CLI, ...check.args], options);
    const fault = faultOf(check, result) ?? leftBehind(folder);
    process.stdout.write(
      `${fault === null ? 'ok    ' : 'FAILED'} ${check.name}${fault === null ? '' : `: ${fault}`}\n`,
    );
    if (fault !== null) process.stdout.write(`${indent(result.stdout)}${indent(result.stderr)}`);
    return { name: check.name, fault };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function faultOf(check, result) {
  if (result.error !== undefined) return result.error.message;
  if (result.status !== check.exit) return `exit ${result.status ?? result.signal}, expected ${check.exit}`;
  if (STACK_LINE.test(result.stderr)) return 'stderr shows a stack';
  return check.look(result);
}

/** None of these commands may leave a database or anything else where it was run. */
function leftBehind(folder) {
  const names = readdirSync(folder);
  return names.length === 0 ? null : `left ${names.join(', ')} behind`;
}

function missing(text, words) {
  const word = words.find((candidate) => !text.includes(candidate));
  return word === undefined ? null : `${word} is not mentioned`;
}

function present(text, secret) {
  return text.includes(secret) ? 'a secret was printed' : null;
}

function oneMessage(stdout) {
  try {
    const figures = JSON.parse(stdout);
    if (figures.rootMessages !== 1) return `rootMessages is ${figures.rootMessages}`;
    return figures.auditVerified === true ? null : 'the audit chain was not verified';
  } catch {
    return 'stdout is not one JSON document';
  }
}

function indent(text) {
  const lines = (text ?? '').trim().split('\n').slice(-40);
  return lines.map((line) => `         ${line}\n`).join('');
}
