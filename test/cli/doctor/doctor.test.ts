import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examine, type Report } from '../../../src/cli/doctor/examine.ts';
import { reportText } from '../../../src/cli/doctor-run.ts';
import type { Env } from '../../../src/config/env-reader.ts';
import { readManifest } from '../../../src/config/manifest.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import type { ProviderDefinition } from '../../../src/ports/provider.ts';
import { openai } from '../../../src/providers/openai/provider.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { readTextFile } from '../../../src/system/files.ts';
import { hmacHex } from '../../../src/system/installation-secret.ts';
import { note } from '../../support/backups.ts';
import { keysteward } from '../../support/command-line.ts';
import { openHttpPlace } from '../../support/http-place.ts';
import { openRaw, openTestStore, temporaryFolder } from '../../support/store.ts';
import { ADMIN_KEY, APP_TOKEN, BOT_TOKEN, deadAddress, forbidden, openCompany, READ_KEY } from '../support/company.ts';

const POLICY = "channels: { alerts: '#ai-keys' }\nroles: { admins: [U0CHRIS], responders: [S0SECURITY] }\n";
const SECRET = 'ab'.repeat(32);
const EVERY_SCOPE = readManifest(readTextFile)?.scopes ?? [];

test('all is well: one line for each check, nothing to do, nothing changed', async () => {
  const { env, slack, openai } = await openCompany({ scopes: EVERY_SCOPE });

  const report = await examineIn(place(POLICY), env);

  expect(report.canRun).toBe(true);
  expect(states(report)).toEqual(new Set(['ok']));
  expect(subjects(report)).toEqual([
    'configuration',
    'Slack bot token',
    'Slack scopes',
    'Slack app-level token',
    'alerts channel',
    'people',
    'admin key openai',
    'clock',
    'database folder',
    'database',
    'installation secret',
  ]);
  expect(reportText(report)).toMatch(/\n\nKeysteward can run\.\n$/);
  const writes = slack.calls.filter(
    ({ method }) => !/^(?:$|auth|bots|apps|conversations|users|usergroups)/.test(method),
  );
  expect(writes).toEqual([]);
  expect(openai.calls.filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([]);
});

test('a deploy hook is looked at without deploying; one that cannot be used is a warning, since start does not need it', async () => {
  const { env } = await openCompany({ scopes: EVERY_SCOPE });
  const receiver = await openHttpPlace();
  const hooks =
    'deploy_hooks: { up: { kind: webhook }, down: { kind: webhook }, pod: { kind: kubernetes, workload: deployment/web } }';
  const report = await examineIn(place(`${POLICY}${hooks}\n`), {
    ...env,
    KEYSTEWARD_HOOK_UP_URL: `${receiver.url}/canary`,
    KEYSTEWARD_HOOK_UP_SECRET: 'canary-secret',
    KEYSTEWARD_HOOK_DOWN_URL: `http://${await deadAddress()}/canary`,
    KEYSTEWARD_HOOK_DOWN_SECRET: 'canary-secret',
  });

  expect(report.canRun).toBe(true);
  expect(lineOf(report, 'deploy hook up')).toContain('can be reached; nothing was deployed');
  expect(receiver.taken.map(({ method, path }) => `${method} ${path}`)).toEqual(['HEAD /']);
  expect(lineOf(report, 'deploy hook down')).toContain('cannot be reached (ECONNREFUSED)');
  expect(lineOf(report, 'deploy hook pod')).toContain('this is no pod of one');
  expect(JSON.stringify(report)).not.toContain('canary');
});

test('with nothing set up it lists what is missing and where to get it', async () => {
  const report = await examineIn(place(null), {});

  expect(report.canRun).toBe(false);
  expect(lineOf(report, 'configuration')).toContain('SLACK_BOT_TOKEN is missing. Copy the Bot User OAuth Token');
  expect(reportText(report)).toContain('policy.yml does not exist');
});

test.each([
  ['SLACK_BOT_TOKEN', 'xoxb-wrong-canary', 'Slack bot token', 'Slack refuses it (invalid_auth). Copy the token again'],
  ['SLACK_APP_TOKEN', 'xapp-wrong-canary', 'Slack app-level token', 'Slack refuses it (invalid_auth)'],
  ['OPENAI_ADMIN_KEY', 'wrong-canary-key', 'admin key openai', 'does not accept it. It may be expired or deleted'],
])('a wrong %s is a fault of its own, and is not repeated', async (name, value, subject, sentence) => {
  const { env } = await openCompany();

  const report = await examineIn(place(POLICY), { ...env, [name]: value });

  expect(report.canRun).toBe(false);
  expect(lineOf(report, subject)).toContain('FAULT');
  expect(lineOf(report, subject)).toContain(sentence);
  expect(JSON.stringify(report)).not.toContain('canary');
});

test('a scope that was not granted is named with what to do, one too many is a remark', async () => {
  const scopes = [...EVERY_SCOPE.filter((scope) => scope !== 'im:history'), 'users:write'];
  const missing = await openCompany({ scopes });
  const extra = await openCompany({ scopes: [...EVERY_SCOPE, 'users:write'] });

  const [less, more] = await Promise.all([examineIn(place(POLICY), missing.env), examineIn(place(POLICY), extra.env)]);

  expect(lineOf(less, 'Slack scopes')).toMatch(/^warn .*not granted: im:history\. Add them on the app page.*reinstall/);
  expect(lineOf(more, 'Slack scopes')).toMatch(/^ok .*granted and not needed: users:write$/);
});

test('an app-level token of another app is caught although Slack takes it', async () => {
  const appToken = 'xapp-1-A0OTHERAPP1-2-f00';
  const { env } = await openCompany({ appToken });

  const report = await examineIn(place(POLICY), { ...env, SLACK_APP_TOKEN: appToken });

  expect(lineOf(report, 'Slack app-level token')).toMatch(
    /^FAULT .*belongs to the app A0OTHERAPP1, the bot token to A0KEYSTEWARD/,
  );
});

test.each([
  ['#nowhere', /^FAULT .*sees no channel #nowhere/],
  ['#old', /^FAULT .*#old is archived\. Unarchive it/],
  ['#shared', /^FAULT .*shared with another organization/],
  ['#elsewhere', /^FAULT .*the bot is not in #elsewhere\. Write in #elsewhere: \/invite/],
  ['C0NOSUCH', /^FAULT .*sees no channel C0NOSUCH/],
  ['C0AIKEYS', /^ok .*#ai-keys, and the bot is in it/],
])('the alerts channel %s', async (channel, expected) => {
  const members = ['U0CHRIS', 'U0KEYBOT'];
  const { env } = await openCompany(
    {},
    {
      channels: [
        { id: 'C0AIKEYS', name: 'ai-keys', members },
        { id: 'C0OLD', name: 'old', members, isArchived: true },
        { id: 'C0SHARED', name: 'shared', members, isExtShared: true },
        { id: 'C0ELSE', name: 'elsewhere', members: ['U0CHRIS'] },
      ],
    },
  );

  const report = await examineIn(place(POLICY.replace('#ai-keys', channel)), env);

  expect(lineOf(report, 'alerts channel')).toMatch(expected);
});

test.each([
  ["channel: '#elsewhere'", /^warn .*the bot is not in #elsewhere\. Write in #elsewhere: \/invite/],
  ["channel: '#nowhere'", /^warn .*sees no channel #nowhere\. Correct digest\.channel in policy\.yml/],
  ["channel: '#shared'", /^warn .*shared with another organization.*\(digest\.channel\)/],
  ["channel: '#founders'", /^ok .*#founders, and the bot is in it/],
  ["channel: '#elsewhere', enabled: false", null],
  ["channel: '#ai-keys'", null],
])('the digest with %s; it keeps nobody from starting', async (digest, expected) => {
  const members = ['U0CHRIS', 'U0KEYBOT'];
  const channels = [
    { id: 'C0AIKEYS', name: 'ai-keys', members },
    { id: 'C0FOUND', name: 'founders', members },
    { id: 'C0SHARED', name: 'shared', members, isExtShared: true },
    { id: 'C0ELSE', name: 'elsewhere', members: ['U0CHRIS'] },
  ];
  const { env } = await openCompany({}, { channels });

  const report = await examineIn(place(`${POLICY}digest: { ${digest} }\n`), env);

  expect(report.canRun).toBe(true);
  if (expected === null) expect(subjects(report)).not.toContain('digest channel');
  else expect(lineOf(report, 'digest channel')).toMatch(expected);
});

test('people who cannot act are named with their place; without one admin who can, it is a fault', async () => {
  const { env } = await openCompany({}, { usergroups: [{ id: 'S0EMPTY', handle: 'e', name: 'E', users: [] }] });
  const policy = (admins: string) =>
    `channels: { alerts: '#ai-keys' }\nroles: { admins: [${admins}], responders: [U0GIL, S0EMPTY, S0NONE] }\n`;

  const some = await examineIn(place(policy('U0CHRIS, U0NOBODY')), env);
  const none = await examineIn(place(policy('U0NOBODY')), env);

  expect(linesOf(some, 'people')).toEqual([
    expect.stringMatching(/^warn .*U0NOBODY in roles\.admins is not known to Slack/),
    expect.stringMatching(/^warn .*U0GIL in roles\.responders \(Gil Fontaine\) is deactivated, a guest/),
    expect.stringMatching(/^warn .*S0EMPTY .* is a user group without people/),
    expect.stringMatching(/^warn .*S0NONE .* is not known to Slack/),
  ]);
  expect(some.canRun).toBe(true);
  expect(lineOf(none, 'people')).toMatch(/^FAULT .*no admin of policy\.yml can act/);
});

test('a key without the right to list keys or read usage is a fault, one without costs a warning', async () => {
  const { env, openai } = await openCompany();
  openai.faults.add(forbidden('/v1/organization/costs'));
  const noCosts = await examineIn(place(POLICY), env);
  openai.faults.clear();
  openai.faults.add(forbidden('/v1/organization/usage'));
  const noUsage = await examineIn(place(POLICY), env);

  expect(noCosts.canRun).toBe(true);
  expect(linesOf(noCosts, 'admin key openai').at(-1)).toMatch(/^warn .*costs: not open/);
  expect(noUsage.canRun).toBe(false);
  expect(linesOf(noUsage, 'admin key openai').at(-1)).toMatch(/^FAULT .*usage: not allowed with this key/);
});

test('an admin key that the provider lists says when it ends, and warns two weeks before', async () => {
  const key = 'sk-admin-abcdefghijklmnop-sim1';
  const { env, openai } = await openCompany();
  openai.setAdminKeys([{ value: key, access: 'full' }]);
  const at = (now: number) => examineIn(place(POLICY), { ...env, OPENAI_ADMIN_KEY: key }, { now: () => now });
  const now = systemClock.now();

  const early = await at(now);
  const late = await at(now + 330 * 24 * 60 * MINUTE_MS);

  expect(lineOf(early, 'admin key openai')).toMatch(/^ok .*expires in \d+ (days|months)/);
  expect(linesOf(late, 'admin key openai').at(-1)).toMatch(/^warn .*expires on 20\d\d-\d\d-\d\d\. Make a new one/);
});

test('a pair of keys is of one organization, or says that it is not', async () => {
  const { env, openai } = await openCompany();
  const pair = { ...env, OPENAI_ADMIN_KEY: '', OPENAI_ADMIN_KEY_READ: READ_KEY, OPENAI_ADMIN_KEY_WRITE: ADMIN_KEY };
  const same = await examineIn(place(POLICY), pair);
  openai.setAdminKeys([{ value: READ_KEY, access: 'read' }]);
  const wrong = await examineIn(place(POLICY), pair);

  expect(lineOf(same, 'admin key openai, for writing')).toMatch(/^ok .*same organization as the read key/);
  expect(lineOf(wrong, 'admin key openai, for writing')).toMatch(/^FAULT .*does not accept the admin key/);
  expect(lineOf(wrong, 'admin key openai')).toMatch(/^ok /);
});

test('a read and a write key of two organizations are a fault', async () => {
  const { env } = await openCompany();
  const pair = { ...env, OPENAI_ADMIN_KEY: '', OPENAI_ADMIN_KEY_READ: READ_KEY, OPENAI_ADMIN_KEY_WRITE: ADMIN_KEY };
  const apart: ProviderDefinition = {
    ...openai,
    connect: (options) => ({
      ...openai.connect(options),
      listScopes: async () => [{ id: options.readKey.reveal(), kind: 'project', name: 'p', archived: false }],
      listKeys: async () => [],
    }),
  };

  const report = await examine({ env: pair, providers: [apart], cwd: place(null) });

  expect(lineOf(report, 'admin key openai, for writing')).toMatch(/^FAULT .*belongs to another organization/);
});

test('the command ends with 1 where the bot cannot run, and speaks JSON', { timeout: 60_000 }, () => {
  const { status, stdout } = keysteward(place(null), 'doctor', '--json');

  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    canRun: false,
    checks: expect.arrayContaining([expect.objectContaining({ state: 'fault', remedy: expect.any(String) })]),
  });
});

test('without a network every host is named, and the end comes', async () => {
  const host = await deadAddress();
  const { env } = await openCompany();
  const dead = { SLACK_API_URL: `http://${host}/api/`, OPENAI_BASE_URL: `http://${host}/v1` };

  const report = await examineIn(place(POLICY), { ...env, ...dead });

  expect(report.canRun).toBe(false);
  expect(lineOf(report, 'Slack bot token')).toContain(`${host} cannot be reached (ECONNREFUSED)`);
  expect(lineOf(report, 'Slack app-level token')).toContain(`${host} cannot be reached`);
  expect(lineOf(report, 'admin key openai')).toContain(`${host} cannot be reached`);
  expect(lineOf(report, 'clock')).toMatch(/^skip/);
});

test('a host that never answers ends at its own time-out and holds nobody else up', async () => {
  const { env, openai } = await openCompany();
  openai.faults.add({ kind: 'hang', path: '/', times: 1_000 });
  // The time-out of a check comes at once.
  const timer = (_at: number, run: () => void) => {
    const stop = openai.calls.length;
    const id = setInterval(() => openai.inFlight() > stop && run(), 5);
    return () => clearInterval(id);
  };

  const report = await examineIn(place(POLICY), env, { timer });

  expect(lineOf(report, 'admin keys')).toContain('no answer within 20 seconds');
});

test.each([
  [2, /^warn .*is 2 minutes ahead of/],
  [10, /^FAULT .*is 10 minutes ahead of/],
  [-10, /^FAULT .*is 10 minutes behind/],
])('a clock that is %i minutes off', async (minutes, expected) => {
  const { slack } = await openCompany();

  const report = await examineIn(
    place(null),
    { SLACK_API_URL: slack.apiUrl },
    { now: () => systemClock.now() + minutes * MINUTE_MS },
  );

  expect(lineOf(report, 'clock')).toMatch(expected);
});

test('a running bot is said and not disturbed, and the secret is held against the audit log', async () => {
  const folder = place(POLICY);
  const store = await installed(folder);
  await store.takeLease({
    holder: `elsewhere:${process.pid}`,
    now: systemClock.now(),
    lengthMs: MINUTE_MS,
    mayRun: () => true,
  });

  const report = await examineIn(folder, {});

  expect(lineOf(report, 'bot')).toMatch(/^ok .*runs \(elsewhere:\d+\) and was not disturbed/);
  expect(lineOf(report, 'database')).toMatch(/^ok .*is whole, up to date/);
  expect(lineOf(report, 'installation secret')).toMatch(/^ok .*signs the audit log/);
  await note(store, 1);
});

test('another secret, an open one and a missing one are faults', async () => {
  const folder = place(POLICY);
  await installed(folder);
  const path = join(folder, 'installation.secret');

  writeFileSync(path, `${'cd'.repeat(32)}\n`);
  const other = await examineIn(folder, {});
  chmodSync(path, 0o644);
  const open = await examineIn(folder, {});
  const gone = await examineIn(folder, { KEYSTEWARD_SECRET_FILE: join(folder, 'none') });

  expect(lineOf(other, 'installation secret')).toMatch(/^FAULT .*did not sign the newest entry/);
  expect(lineOf(open, 'installation secret')).toMatch(/^FAULT .*can be read by other users\. Run: chmod 600/);
  expect(lineOf(gone, 'installation secret')).toMatch(/^FAULT .*does not exist/);
});

test('a damaged database, one of another version, one that is to be migrated and a foreign file', async () => {
  const folder = place(POLICY);
  await installed(folder);
  const path = join(folder, 'data.db');
  const raw = openRaw(path);
  const last = raw.prepare<[], string>('SELECT max(name) FROM schema_migrations').pluck().get() ?? '';
  raw.prepare('DELETE FROM schema_migrations WHERE name = ?').run(last);
  const older = await examineIn(folder, {});
  raw.prepare("INSERT INTO schema_migrations VALUES ('9999_later.sql', 'x')").run();
  const newer = await examineIn(folder, {});
  writeFileSync(join(folder, 'other.db'), 'not a database, and long enough to have a header of its own');
  const foreign = await examineIn(folder, { KEYSTEWARD_DATABASE: join(folder, 'other.db') });

  expect(lineOf(older, 'database')).toMatch(/^ok .*1 migration to apply at the next start/);
  expect(lineOf(newer, 'database')).toMatch(/^FAULT .*written by another version of Keysteward/);
  expect(lineOf(foreign, 'database')).toMatch(/^FAULT .*is damaged/);
});

test('a folder that cannot be written is a fault', async () => {
  const folder = place(POLICY);
  writeFileSync(join(folder, 'file'), '');

  const report = await examineIn(folder, { KEYSTEWARD_DATABASE: join(folder, 'file/data.db') });

  expect(lineOf(report, 'database folder')).toMatch(/^FAULT .*cannot be written/);
});

test('nothing that is shown holds a token or a key', async () => {
  const { env } = await openCompany();
  const wrong = { ...env, KEYSTEWARD_DATABASE: `./${BOT_TOKEN}.db`, SLACK_SIGNING_SECRET: APP_TOKEN };

  const report = await examineIn(place(POLICY), wrong);

  expect(JSON.stringify(report)).not.toMatch(/botcanary|appcanary|keycanary/);
});

/** A folder with a policy, if any. */
function place(policy: string | null): string {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  if (policy !== null) writeFileSync(join(folder, 'policy.yml'), policy);
  return folder;
}

async function installed(folder: string) {
  writeFileSync(join(folder, 'installation.secret'), `${SECRET}\n`, { mode: 0o600 });
  const sign = (text: string) => hmacHex(new Secret(SECRET), text);
  const { store } = openTestStore({ path: join(folder, 'data.db'), sign });
  await note(store, 2);
  return store;
}

function examineIn(folder: string, env: Env, clock: Partial<typeof systemClock> = {}): Promise<Report> {
  const paths = {
    KEYSTEWARD_POLICY: join(folder, 'policy.yml'),
    KEYSTEWARD_DATABASE: join(folder, 'data.db'),
  };
  const now = clock.now ?? systemClock.now;
  // A clock that is off is off for timers too.
  const timer = (at: number, run: () => void) => systemClock.timer(at - now() + systemClock.now(), run);
  return examine({ env: { ...paths, ...env }, clock: { now, timer, ...clock }, cwd: folder });
}

function linesOf(report: Report, subject: string): readonly string[] {
  const all = reportText(report).split('\n');
  return all.filter((line) => line.slice(7).startsWith(`${subject}:`));
}

function lineOf(report: Report, subject: string): string {
  return linesOf(report, subject)[0] ?? `no line about ${subject}`;
}

function states(report: Report) {
  return new Set(report.lines.map(({ state }) => state));
}

function subjects(report: Report): readonly string[] {
  return report.lines.map(({ subject }) => subject);
}
