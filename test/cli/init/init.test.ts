import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/store.ts';
import { ADMIN_KEY, APP_TOKEN, BOT_TOKEN, deadAddress, forbidden, openCompany } from '../support/company.ts';
import { CTRL_C, DOWN, ENTER, hasTerminal, openTerminal, type Terminal } from '../support/pseudo-terminal.ts';

const PATIENCE = { timeout: 120_000 };
const SECRETS = [BOT_TOKEN, APP_TOKEN, ADMIN_KEY];

if (!hasTerminal) process.stderr.write('init at a terminal: left out, there is no `script` here (Debian: bsdutils)\n');

describe.runIf(hasTerminal)('keysteward init at a terminal', () => {
  test('asks, tries, shows, writes and ends with a doctor that is content', PATIENCE, async () => {
    const folder = temporaryFolder();
    const { addresses } = await openCompany();
    const terminal = openTerminal(folder, ['init'], addresses);

    await terminal.sees('https://api.slack.com/apps?new_app=1&manifest_yaml=_metadata');
    await answerSlack(terminal);
    await answerProviders(terminal);
    await answerPlaces(terminal);
    await terminal.answers('Names of staging keys', `*-ci, *-staging${ENTER}`);
    await terminal.answers('Names of development keys', ENTER);
    await terminal.answers('Suspend a staging or development key', `y${ENTER}`);
    await terminal.answers('Above which loss', `50${ENTER}`);
    await terminal.sees('+ SLACK_BOT_TOKEN=(hidden)');
    expect(readdirSync(folder)).toEqual([]);
    await terminal.answers('Write it?', ENTER);

    expect(await terminal.ended()).toBe(0);
    expect(terminal.screen()).toContain('Keysteward can run');
    expect(dotEnv(folder)).toEqual({
      SLACK_BOT_TOKEN: BOT_TOKEN,
      SLACK_APP_TOKEN: APP_TOKEN,
      OPENAI_ADMIN_KEY: ADMIN_KEY,
    });
    const policy = readFileSync(join(folder, 'policy.yml'), 'utf8');
    expect(policy).toContain("alerts: '#ai-keys'");
    expect(policy).toContain('admins: [U0CHRIS]');
    expect(policy).toContain('responders: [S0SECURITY]');
    expect(policy).toContain('enabled: true');
    expect(policy).toContain('above_usd: 50');
    expect(policy).toMatch(/- \{ ?match: '\*-ci', environment: staging ?\}/);
    expect(policy).toContain('# Where alerts are posted');
    for (const name of ['.env', 'data/installation.secret'])
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    for (const secret of SECRETS) expect(terminal.raw()).not.toContain(secret);
  });

  test(
    'a wrong token, a wrong key and a key without rights are refused with a reason and asked for again',
    PATIENCE,
    async () => {
      const { addresses, openai } = await openCompany();
      openai.faults.add(forbidden('/v1/organization/projects'));
      const terminal = openTerminal(temporaryFolder(), ['init'], addresses);

      await terminal.answers('Bot token', `${APP_TOKEN}${ENTER}`);
      await terminal.answers('is a Slack app-level token', '');
      await terminal.answers('Bot token', `xoxb-wrong-canary${ENTER}`);
      await terminal.sees('Slack refuses it (invalid_auth)');
      await terminal.answers('Bot token', `${BOT_TOKEN}${ENTER}`);
      await terminal.sees('Accepted: @keysteward in Acme');
      await terminal.picks('Slack’s events reach', ENTER);
      await terminal.answers('App-level token', `xapp-wrong-canary${ENTER}`);
      await terminal.sees('Slack refuses it (invalid_auth)');
      await terminal.answers('App-level token', `${APP_TOKEN}${ENTER}`);
      await terminal.answers('Anthropic admin key', `wrong-admin-canary${ENTER}`);
      await terminal.sees('does not accept it');
      await terminal.answers('Anthropic admin key', `${ADMIN_KEY}${ENTER}`);
      await terminal.sees('accepted; open: key list, usage, costs');
      await terminal.picks('What may Keysteward use this key for', `${DOWN}${ENTER}`);
      await terminal.answers('Another organization at Anthropic', ENTER);
      await terminal.answers('OpenAI admin key', `${ADMIN_KEY}${ENTER}`);
      await terminal.sees('key list: not allowed with this key');
      await terminal.answers('OpenAI admin key', CTRL_C);

      expect(await terminal.ended()).toBe(130);
      expect(terminal.raw()).not.toContain('canary');
    },
  );

  test(
    'without a network it says which host, and keeps what it could not try only when told to',
    PATIENCE,
    async () => {
      const folder = temporaryFolder();
      const host = await deadAddress();
      const addresses = { SLACK_API_URL: `http://${host}/api/`, OPENAI_BASE_URL: `http://${host}/v1` };
      const terminal = openTerminal(folder, ['init'], addresses);

      await terminal.answers('Bot token', `${BOT_TOKEN}${ENTER}`);
      await terminal.sees(`${host} cannot be reached (ECONNREFUSED)`);
      await terminal.answers('although it could not be tried', `y${ENTER}`);
      await terminal.picks('Slack’s events reach', ENTER);
      await terminal.answers('App-level token', `${APP_TOKEN}${ENTER}`);
      await terminal.answers('although it could not be tried', `y${ENTER}`);
      await terminal.answers('Anthropic admin key', ENTER);
      await terminal.answers('OpenAI admin key', `${ADMIN_KEY}${ENTER}`);
      await terminal.answers('although it could not be tried', `y${ENTER}`);
      await terminal.picks('What may Keysteward use this key for', ENTER);
      await terminal.answers('Another organization at OpenAI', ENTER);
      await terminal.answers('Channel for alerts', ENTER);
      await terminal.answers('Member ids of the admins', `U0CHRIS${ENTER}`);
      await terminal.answers('Member ids of the responders', ENTER);
      await terminal.answers('Names of staging keys', ENTER);
      await terminal.answers('Names of development keys', ENTER);
      await terminal.answers('Suspend a staging', ENTER);
      await terminal.answers('Write it?', ENTER);

      expect(await terminal.ended()).toBe(1);
      expect(terminal.screen()).toContain(`FAULT  Slack bot token: ${host} cannot be reached`);
      expect(dotEnv(folder)['OPENAI_ADMIN_KEY']).toBe(ADMIN_KEY);
    },
  );

  test('a second run offers what is there, and changes only what is answered differently', PATIENCE, async () => {
    const { folder, env, terminal } = await secondRun();

    await keepSecrets(terminal);
    await terminal.finds('Channel for alerts', 'general');
    await terminal.picks('general\n❯ #general', ENTER);
    await terminal.answers('Keep the admins Chris Lang', ENTER);
    await terminal.answers('Keep the responders Ana Ruiz', ENTER);
    await keepSafety(terminal);
    await terminal.answers('Write it?', ENTER);

    expect(await terminal.ended()).toBe(0);
    expect(terminal.screen()).toContain("  -   alerts: '#ai-keys' # ours");
    expect(readFileSync(join(folder, 'policy.yml'), 'utf8')).toBe(POLICY.replace('#ai-keys', '#general'));
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(env);
  });

  test('a second run that answers nothing new writes nothing', PATIENCE, async () => {
    const { folder, env, terminal } = await secondRun();

    await keepSecrets(terminal);
    await terminal.finds('Channel for alerts', ENTER);
    await terminal.answers('Keep the admins Chris Lang', ENTER);
    await terminal.answers('Keep the responders Ana Ruiz', ENTER);
    await keepSafety(terminal);
    await terminal.sees('Nothing to change.');

    expect(await terminal.ended()).toBe(0);
    expect(readFileSync(join(folder, 'policy.yml'), 'utf8')).toBe(POLICY);
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(env);
  });

  test.each([
    'Bot token',
    'Slack’s events reach',
    'Anthropic admin key',
    'Channel for alerts',
    'Names of staging',
    'Write it?',
  ])('Ctrl-C at "%s" leaves nothing behind', PATIENCE, async (question) => {
    const folder = temporaryFolder();
    const { addresses } = await openCompany();
    const terminal = openTerminal(folder, ['init'], addresses);

    await answerUntil(terminal, question);
    terminal.type(CTRL_C);

    expect(await terminal.ended()).toBe(130);
    expect(terminal.screen()).toContain('Nothing was written.');
    expect(readdirSync(folder)).toEqual([]);
  });
});

const POLICY = `channels:
  alerts: '#ai-keys' # ours
roles:
  admins: [U0CHRIS] # the founder
  responders: [U0ANA]
# by hand
owners:
  'billing-*': U0BEN
auto_contain:
  enabled: true
  above_usd: 75
`;

async function secondRun() {
  const folder = temporaryFolder();
  const { addresses } = await openCompany();
  const env = `# mine\nFOO=bar\nSLACK_BOT_TOKEN=${BOT_TOKEN}\nSLACK_APP_TOKEN='${APP_TOKEN}'\nOPENAI_ADMIN_KEY=${ADMIN_KEY} # of ours\n`;
  writeFileSync(join(folder, '.env'), env, { mode: 0o600 });
  writeFileSync(join(folder, 'policy.yml'), POLICY);
  writeFileSync(join(folder, 'installation.secret'), `${'ab'.repeat(32)}\n`, { mode: 0o600 });
  const terminal = openTerminal(folder, ['init'], { ...addresses, KEYSTEWARD_SECRET_FILE: './installation.secret' });
  return { folder, env, terminal };
}

async function keepSecrets(terminal: Terminal): Promise<void> {
  await terminal.answers('Keep this bot token', ENTER);
  await terminal.picks('Slack’s events reach', ENTER);
  await terminal.answers('Keep this app-level token', ENTER);
  await terminal.answers('Anthropic admin key', ENTER);
  await terminal.answers('Keep this OpenAI admin key', ENTER);
  await terminal.answers('Another organization at OpenAI', ENTER);
}

async function keepSafety(terminal: Terminal): Promise<void> {
  await terminal.answers('Names of staging keys', ENTER);
  await terminal.answers('Names of development keys', ENTER);
  await terminal.answers('Suspend a staging', ENTER);
  await terminal.answers('Above which loss', ENTER);
}

async function answerSlack(terminal: Terminal): Promise<void> {
  await terminal.answers('Bot token', `${BOT_TOKEN}${ENTER}`);
  await terminal.picks('Slack’s events reach', ENTER);
  await terminal.answers('App-level token', `${APP_TOKEN}${ENTER}`);
}

async function answerProviders(terminal: Terminal): Promise<void> {
  await terminal.answers('Anthropic admin key', ENTER);
  await terminal.answers('OpenAI admin key', `${ADMIN_KEY}${ENTER}`);
  await terminal.picks('What may Keysteward use this key for', ENTER);
  await terminal.answers('Another organization at OpenAI', ENTER);
}

async function answerPlaces(terminal: Terminal): Promise<void> {
  await terminal.finds('Channel for alerts', 'keys');
  await terminal.picks('keys\n❯ #ai-keys', ENTER);
  await terminal.finds('First admin', 'chris');
  await terminal.picks('chris\n❯ Chris Lang', ENTER);
  await terminal.finds('Another admin', ENTER);
  await terminal.finds('First responder', `${DOWN}${ENTER}`);
  await terminal.finds('Another responder', ENTER);
}

const SEARCHED = new Set(['Channel for alerts', 'First admin', 'Another admin', 'First responder']);
const LISTS = new Set(['Slack’s events reach', 'What may Keysteward use', ...SEARCHED]);

/** Answers everything that comes before the question. */
async function answerUntil(terminal: Terminal, question: string): Promise<void> {
  const steps: readonly (readonly [string, string])[] = [
    ['Bot token', `${BOT_TOKEN}${ENTER}`],
    ['Slack’s events reach', ENTER],
    ['App-level token', `${APP_TOKEN}${ENTER}`],
    ['Anthropic admin key', ENTER],
    ['OpenAI admin key', `${ADMIN_KEY}${ENTER}`],
    ['What may Keysteward use', ENTER],
    ['Another organization', ENTER],
    ['Channel for alerts', ENTER],
    ['First admin', ENTER],
    ['Another admin', ENTER],
    ['First responder', ENTER],
    ['Names of staging', ENTER],
    ['Names of development', ENTER],
    ['Suspend a staging', ENTER],
    ['Write it?', ENTER],
  ];
  for (const [asked, keys] of steps) {
    await terminal.sees(asked);
    if (asked === question) return;
    if (LISTS.has(asked)) await terminal.sees('❯');
    if (SEARCHED.has(asked)) await terminal.sees('❯');
    terminal.type(keys);
  }
}

function dotEnv(folder: string) {
  return existsSync(join(folder, '.env')) ? parse(readFileSync(join(folder, '.env'))) : {};
}
