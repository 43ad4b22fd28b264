import { expect, test } from 'vitest';
import { defaultWorkspace, renderText, renderView, type WorkspaceSeed } from '../../src/sandbox/slack/index.ts';
import { present } from '../support/bench-deps.ts';
import { startRunning } from './support/running.ts';

const ADMIN = 'U0CHRIS';
const roles = '{ admins: [U0CHRIS], responders: [U0ANA] }';
const sheet = (lines: string) => Buffer.from(`Name,Owner,Cap (USD a month)\n${lines}\n`);

test('a sheet that is given to /keys import is looked at first, applied as it was shown, and comes back out of /keys export', async () => {
  const running = await startRunning({ roles });
  const chris = running.slack.person(ADMIN);
  const page = () => present(chris.views.at(-1));
  const text = () => renderView(page(), running.slack.workspace);
  const give = async (lines: string) => {
    await chris.command('/keys import', 'general');
    await running.settled();
    await chris.submit(page().id, { file: { value: [chris.attach('keys.csv', sheet(lines))] } });
    await running.settled();
  };

  await give('staging-ci,nobody@acme.example,12');
  expect(text()).toContain('Line 2, column Owner: nobody in this Slack workspace is called so');
  await chris.closeView(page().id);

  await give('staging-ci,,12.50');
  expect(text()).toContain('Nothing is changed yet');
  expect(text()).toContain('nothing → 12.50');
  expect((await running.store.read.lineages.all()).map(({ capMicroUsd }) => capMicroUsd)).not.toContain(12_500_000);

  await chris.submit(page().id);
  await running.settled();
  expect(text()).toContain('Imported: 1 key changed');
  expect((await running.store.read.lineages.all()).map(({ capMicroUsd }) => capMicroUsd)).toContain(12_500_000);

  await chris.command('/keys export all', 'general');
  await running.settled();
  const message = present(chris.directMessages().at(-1));
  const file = present(running.slack.workspace.files.get(present(message.fileIds?.[0])));
  expect(Buffer.from(present(file.bytes)).toString()).toMatch(/^.*staging-ci,.*,12\.5,/m);
});

test('an inventory that has changed since it was shown is not overwritten', async () => {
  const running = await startRunning({ roles });
  const chris = running.slack.person(ADMIN);
  const page = () => present(chris.views.at(-1));
  await chris.command('/keys import', 'general');
  await running.settled();
  await chris.submit(page().id, { file: { value: [chris.attach('keys.csv', sheet('staging-ci,,20'))] } });
  await running.settled();

  await chris.command('/keys cap staging-ci 30', 'general');
  await running.settled();
  await chris.submit(page().id);
  await running.settled();

  expect(renderView(page(), running.slack.workspace)).toContain('the inventory has changed since you looked');
  expect((await running.store.read.lineages.all()).map(({ capMicroUsd }) => capMicroUsd)).toContain(30_000_000);
});

test.each(['files:read', 'files:write'])('without the scope %s it is said what to do', async (scope) => {
  const scopes = defaultWorkspace.app.scopes.filter((one) => one !== scope);
  const seed: WorkspaceSeed = { ...defaultWorkspace, app: { ...defaultWorkspace.app, scopes } };
  const running = await startRunning({ roles, seed });
  const chris = running.slack.person(ADMIN);

  await chris.command(scope === 'files:read' ? '/keys import' : '/keys export', 'general');
  await running.settled();
  if (scope === 'files:read') {
    const file = chris.attach('keys.csv', sheet('staging-ci,,20'));
    await chris.submit(present(chris.views.at(-1)).id, { file: { value: [file] } });
    await running.settled();
  }

  const { workspace } = running.slack;
  const answer =
    scope === 'files:read'
      ? renderView(present(chris.views.at(-1)), workspace)
      : renderText(present(chris.visibleMessages('general').at(-1)), workspace);
  expect(answer).toContain(`lacks the Slack scope ${scope}`);
});
