import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defaultWorkspace, renderText, renderView, type WorkspaceSeed } from '../../src/sandbox/slack/index.ts';
import { SCOPE_USES } from '../../src/slack/scopes.ts';
import { present } from '../support/bench-deps.ts';
import { type Running, startRunning } from './support/running.ts';

const GROUPS = '{ admins: [U0CHRIS], responders: [S0SECURITY] }';

/** Slack reads the app's scopes at each call: a list that can be changed is an app that is reinstalled. */
function without(scope: string): { seed: WorkspaceSeed; scopes: string[] } {
  const scopes = defaultWorkspace.app.scopes.filter((one) => one !== scope);
  return { scopes, seed: { ...defaultWorkspace, app: { ...defaultWorkspace.app, scopes } } };
}

async function ask(running: Running, userId: string, line: string): Promise<string> {
  const person = running.slack.person(userId);
  await person.command(line, 'general');
  await running.settled();
  return renderText(present(person.visibleMessages('general').at(-1)), running.slack.workspace);
}

function told(running: Running, userId: string): readonly string[] {
  return running.slack
    .person(userId)
    .directMessages()
    .map((message) => renderText(message, running.slack.workspace));
}

describe('a scope that the app lacks', () => {
  test('is named where the person looks, with how to add it', async () => {
    const { seed } = without('usergroups:read');
    const running = await startRunning({ seed, roles: GROUPS });

    const answer = await ask(running, 'U0ANA', '/keys list');
    expect(answer).toMatch(/The app lacks the Slack scope usergroups:read, needed for the user groups .* reinstall/);

    await running.slack.person('U0ANA').openHome();
    await running.settled();
    const home = present(running.slack.person('U0ANA').home);
    expect(renderView(home, running.slack.workspace)).toContain('usergroups:read');
  });

  test('is told to the admins once, and once more when it is there', async () => {
    const { seed, scopes } = without('usergroups:read');
    const running = await startRunning({ seed, roles: GROUPS });
    for (let click = 0; click < 3; click += 1) await ask(running, 'U0ANA', '/keys list');
    await running.drain();
    expect(told(running, 'U0CHRIS')).toEqual([
      expect.stringContaining('Slack refuses what needs the scope usergroups:read'),
    ]);

    scopes.push('usergroups:read');
    await ask(running, 'U0ANA', '/keys list');
    await running.drain();
    expect(told(running, 'U0CHRIS')).toEqual(['The app has the Slack scope usergroups:read again.']);
    expect(await ask(running, 'U0ANA', '/keys status')).not.toContain('usergroups:read');
  });

  test('stands in status and in the admins’ Home tab while everything else goes on', async () => {
    const { seed } = without('im:write');
    const running = await startRunning({ seed });
    await running.bolt.client.conversations.open({ users: 'U0BEN' }).catch(() => null);

    expect(await ask(running, 'U0ANA', '/keys status')).toMatch(/app lacks 1 Slack scope/);
    expect(await ask(running, 'U0ANA', '/keys status')).toContain('im:write, needed for direct messages');
    await running.slack.person('U0CHRIS').openHome();
    await running.settled();
    expect(renderView(present(running.slack.person('U0CHRIS').home), running.slack.workspace)).toContain('im:write');
    await running.leak();
    expect(running.slack.workspace.messages('C0AIKEYS')).not.toEqual([]);
  });

  test('that Slack names although the app has it is not told', async () => {
    const running = await startRunning();
    running.slack.faults.add('views.open', { kind: 'error', error: 'missing_scope' });
    await running.bolt.client.views
      .open({ trigger_id: 'x', view: { type: 'modal', title: { type: 'plain_text', text: 'x' }, blocks: [] } })
      .catch(() => null);

    expect(await running.store.read.notices.allOpen('missing_scope')).toEqual([]);
  });
});

test('every scope of the manifest says what it is for', () => {
  const manifest = readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8');
  const scopes = [...manifest.matchAll(/^ {6}- ([a-z:.]+)$/gm)]
    .map(([, scope]) => scope)
    .filter((one) => one !== 'app_home_opened');

  expect(Object.keys(SCOPE_USES).toSorted()).toEqual(scopes.toSorted());
});
