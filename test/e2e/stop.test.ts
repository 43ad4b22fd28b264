import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startAnthropicStandIn } from '../../src/sandbox/providers/index.ts';
import { defaultWorkspace, type SlackStandIn, startSlackStandIn } from '../../src/sandbox/slack/index.ts';
import { createWorld } from '../../src/sandbox/world/index.ts';
import { systemClock } from '../../src/system/clock.ts';
import { startOwnProcess } from './support/own-process.ts';

const ADMIN_KEY = 'sandbox-anthropic-admin-key';

vi.setConfig({ testTimeout: 90_000 });

describe('SIGTERM', () => {
  test('ends an idle bot cleanly, and the next one starts at once', async () => {
    const place = await openPlace();
    const first = startOwnProcess(place.folder, place.env);
    await first.says(/"started"/);

    expect(await first.terminate()).toBe(0);
    expect(first.output()).toContain('"stopped"');
    expect(first.output()).not.toContain('work under way');
    const second = startOwnProcess(place.folder, place.env);
    await second.says(/"started"/);
    expect(await second.terminate()).toBe(0);
  });

  test('ends within ten seconds while provider and Slack hang; the next start posts what Slack has not, once', async () => {
    const place = await openPlace();
    const hanging = await openHangingServer();
    const first = startOwnProcess(place.folder, { ...place.env, ANTHROPIC_BASE_URL: hanging.url });
    await first.says(/"started"/);
    await hanging.reached;
    // Slack takes the message and its answer never arrives: the bot cannot know whether it was posted.
    place.slack.faults.add('chat.postMessage', { kind: 'hang', when: 'after' });
    const posted = nextPost(place.slack);
    const ana = place.slack.person('U0CHRIS');
    expect(await ana.command('/keys test-alert', 'ai-keys')).toMatchObject({ acked: true });
    await posted;

    expect(await first.terminate()).toBe(0);
    expect(first.output()).toContain('work under way');
    const before = posts(place.slack);
    expect(before).toHaveLength(1);
    const second = startOwnProcess(place.folder, place.env);
    await second.says(/"started"/);
    await second.says(/taking up what the last process left half done/);
    await clickUntilEdited(place.slack, before[0]?.ts ?? '');

    expect(posts(place.slack).map(({ ts }) => ts)).toEqual(before.map(({ ts }) => ts));
    expect(await second.terminate()).toBe(0);
  });

  test('during a start that hangs ends it as well', async () => {
    const place = await openPlace();
    const hanging = await openHangingServer();
    const child = startOwnProcess(place.folder, { ...place.env, SLACK_API_URL: `${hanging.url}/api/` });
    await hanging.reached;

    expect(await child.terminate()).toBe(1);
  });
});

test('a start whose port is taken says so and ends, with Slack and provider at hand', async () => {
  const place = await openPlace();
  const taken = await openHangingServer();
  const child = startOwnProcess(place.folder, { ...place.env, PORT: String(taken.port) });

  await child.says(/Another program has it\. Stop that one, or set another PORT\./);
  await child.says(/"stopped"/);
  const again = startOwnProcess(place.folder, place.env);
  await again.says(/"started"/);
  expect(await again.terminate()).toBe(0);
});

/** A folder with a policy, a workspace and a provider, on real time. */
async function openPlace() {
  const clock = systemClock;
  const folder = await mkdtemp(join(tmpdir(), 'keysteward-stop-'));
  const slack = await startSlackStandIn({ clock, wallNow: () => clock.now(), seed: defaultWorkspace });
  const adminKeys = [{ value: ADMIN_KEY, access: 'full' as const }];
  const world = createWorld({ seed: 1, clock });
  const provider = await startAnthropicStandIn({ world, clock, lagMs: 300_000, adminKeys });
  onTestFinished(async () => {
    await Promise.all([slack.close(), provider.close()]);
    await rm(folder, { recursive: true, force: true });
  });
  const policy = "channels: { alerts: '#ai-keys' }\nroles: { admins: [U0CHRIS], responders: [U0ANA] }\n";
  await writeFile(join(folder, 'policy.yml'), policy);
  const env = {
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: defaultWorkspace.app.botToken,
    SLACK_APP_TOKEN: defaultWorkspace.app.appToken,
    ANTHROPIC_BASE_URL: provider.url,
    ANTHROPIC_ADMIN_KEY: ADMIN_KEY,
    PORT: '0',
  };
  return { folder, slack, env };
}

/** Takes every request and answers none. */
async function openHangingServer() {
  let reach = (): void => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const server = createServer(() => reach());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, reached };
}

function posts(slack: SlackStandIn) {
  const all = slack.person('U0ANA').visibleMessages('ai-keys');
  return all.filter(({ threadTs, ephemeralTo }) => threadTs === undefined && ephemeralTo === undefined);
}

/** The second process looks up what the first has posted; a click that comes before is refused, to that person alone. */
async function clickUntilEdited(slack: SlackStandIn, ts: string): Promise<void> {
  const edited = next(slack, 'edited').then(() => true);
  for (let isEdited = false; !isEdited; ) {
    const refused = next(slack, 'ephemeral').then(() => false);
    await slack.person('U0CHRIS').click({ channel: 'C0AIKEYS', ts, actionId: 'alert_acknowledge' });
    isEdited = await Promise.race([edited, refused]);
  }
}

function nextPost(slack: SlackStandIn): Promise<void> {
  return next(slack, 'posted');
}

function next(slack: SlackStandIn, kind: 'posted' | 'edited' | 'ephemeral'): Promise<void> {
  return new Promise((resolve) => {
    const stop = slack.onChange((change) => {
      if (change.kind !== kind) return;
      stop();
      resolve();
    });
  });
}
