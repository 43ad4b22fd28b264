import { beforeEach, describe, expect, test } from 'vitest';
import { renderText, renderView } from '../../src/sandbox/slack/index.ts';
import { subcommands } from '../../src/slack/commands/index.ts';
import { present } from '../support/bench-deps.ts';
import { type Running, startRunning } from './support/running.ts';

/** Dee owns staging-ci (apikey_1) and is no viewer; prod-api (apikey_2) is somebody else's, or claimed by her. */
const ROLES = '{ admins: [U0CHRIS], responders: [U0ANA], viewers: [S0SECURITY] }';
const FOR_OWNERS: Readonly<Record<string, string>> = {
  help: '',
  mine: '',
  show: 'KEY',
  factor: 'KEY',
  history: 'KEY',
  edit: 'KEY',
  rotate: 'KEY',
  suspend: 'KEY',
  revoke: 'KEY',
  restore: 'KEY',
  expect: 'KEY',
  mute: 'KEY',
  quiet: '',
  export: 'all',
};
const ARGUMENTS: Readonly<Record<string, string>> = {
  owner: 'KEY @dee',
  cap: 'KEY 5',
  claim: 'KEY',
  spend: 'KEY',
};

let running: Running;

beforeEach(async () => {
  running = await startRunning({ roles: ROLES });
  await owned('apikey_1', 'confirmed');
  await owned('apikey_2', 'claimed');
});

async function owned(providerKeyId: string, ownerStanding: 'confirmed' | 'claimed'): Promise<void> {
  const lineage = await running.lineageOf(providerKeyId);
  await running.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId: 'U0DEE', ownerStanding }));
}

/** What the person alone is answered, in the channel or as the page of a modal. */
async function ask(userId: string, line: string): Promise<string> {
  const person = running.slack.person(userId);
  const views = person.views.length;
  await person.command(`/keys ${line}`, 'general');
  await running.settled();
  const { workspace } = running.slack;
  if (person.views.length > views) return renderView(present(person.views.at(-1)), workspace);
  const own = person.visibleMessages('general').filter(({ ephemeralTo }) => ephemeralTo === userId);
  return renderText(present(own.at(-1)), workspace);
}

describe('an owner whom policy does not name among the viewers', () => {
  test.each(subcommands.map(({ name }) => name))(
    'of /keys %s gets the own keys, and nothing of others',
    async (name) => {
      const isFor = name in FOR_OWNERS;
      const line = `${name} ${FOR_OWNERS[name] ?? ARGUMENTS[name] ?? ''}`.trim();

      const own = await ask('U0DEE', line.replace('KEY', 'staging-ci'));
      const others = await ask('U0DEE', line.replace('KEY', 'prod-api'));

      if (isFor) expect(own).not.toContain('that policy.yml names');
      else expect(own).toContain(`Nothing was done: /keys ${name} is for the people that policy.yml names`);
      expect(own).not.toContain('prod-api');
      if (line.includes('KEY') && isFor)
        expect(others).toContain('No key is called “prod-api”. /keys mine shows yours.');
      expect(others.replace('“prod-api”', '')).not.toContain('prod-api');
    },
  );

  test('sees what was done to the own keys alone', async () => {
    expect(await ask('U0DEE', 'history')).toContain('staging-ci');
    expect(await ask('U0DEE', 'history')).toContain('History of your keys');
  });

  test('learns no name from a scope, a fragment or a slip of the finger', async () => {
    for (const line of ['suspend scope prod', 'show pro', 'show prod-apy', 'show apikey']) {
      expect(await ask('U0DEE', line)).not.toContain('prod-api');
    }
  });

  test('is helped with what can be done by an owner', async () => {
    const help = await ask('U0DEE', 'help');
    expect(help).toContain('/keys mine');
    expect(help).not.toContain('/keys status');
  });

  test('acts: suspends the own key, and acknowledges its alert', async () => {
    const ts = await running.leak();
    const dee = running.slack.person('U0DEE');
    await dee.click({ channel: 'C0AIKEYS', ts, actionId: 'menu', option: 'Acknowledge' });
    await running.settled();
    await running.drain();
    expect(renderText(present(dee.thread('ai-keys', ts)[0]), running.slack.workspace)).toContain('@dee is on it.');

    await ask('U0DEE', 'suspend staging-ci');
    await dee.submit(present(dee.views.at(-1)).id, { reason: { value: 'it leaked' } });
    await running.settled();
    // An owner may not restore, so no button says that it can be undone.
    expect(renderView(present(dee.views.at(-1)), running.slack.workspace)).toContain('is on its way');
    expect(renderView(present(dee.views.at(-1)), running.slack.workspace)).not.toContain('Undo');
    await running.drain();
    expect(running.provider.effects).toEqual(['suspend apikey_1']);
  });
});

describe('who owns nothing and is no viewer', () => {
  test.each(['help', 'mine', 'show staging-ci', 'history', 'nonsense'])('gets nothing from /keys %s', async (line) => {
    expect(await ask('U0BEN', line)).toBe(
      'Nothing was done: only the people that policy.yml names under roles may look.',
    );
  });

  test('loses sight with the key', async () => {
    await owned('apikey_1', 'claimed');
    expect(await ask('U0DEE', 'mine')).toContain('only the people that policy.yml names');
  });
});

test('a viewer sees all keys as before', async () => {
  expect(await ask('U0CHRIS', 'list')).toContain('prod-api');
});
