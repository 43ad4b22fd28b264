import { expect, test, vi } from 'vitest';
import { present } from '../support/bench-deps.ts';
import { ask, minutes, openNight } from './support/night.ts';

// A machine that does other things as well.
vi.setConfig({ testTimeout: 90_000 });

test('a key that somebody makes in the night is known at the next poll, and who made it', async () => {
  const stage = await openNight({ provider: 'openai', eventLogs: 'on' });
  const from = stage.clock.now();
  // The key list is read once an hour, at the start and not again within these minutes.
  await stage.playUntil(from + minutes(7));
  const scope = present(stage.world.scopes('openai')[0]);
  const account = stage.world.createServiceAccount({ scopeId: scope.id, name: 'backdoor' });
  const owner = { type: 'service_account', serviceAccountId: account.id } as const;
  stage.world.createKey({ provider: 'openai', scopeId: scope.id, name: 'backdoor', owner });

  await stage.playUntil(from + minutes(9));
  expect(await ask(stage, 'U0ANA', '/keys show backdoor')).toContain('No key is called');
  await stage.playUntil(from + minutes(11));

  const card = await ask(stage, 'U0ANA', '/keys show backdoor');
  expect(card).toMatch(/^backdoor is active; KS-1 is open\n/);
  expect(card).toMatch(/\nProvider’s log made .* by ana@acme\.example\n/);
  const status = await ask(stage, 'U0ANA', '/keys status');
  expect(status.match(/◦ key list read (just now|\d+ minutes? ago)\n/g)).toHaveLength(2);
  expect(status.match(/◦ provider events: read until \d\d:\d\d UTC(\n|, none)/g)).toHaveLength(2);
});

test('a log that is off says so, and is told from one that is empty', async () => {
  const stage = await openNight({ provider: 'anthropic' });
  await stage.playUntil(stage.clock.now() + minutes(21));

  const status = await ask(stage, 'U0BEN', '/keys status');

  expect(status).toMatch(
    /◦ provider events: read until .*, none so far\. Should there be some, the log may be off: An/,
  );
  expect(status).toMatch(/◦ provider events: not enabled\. An organization admin switches .* from then on only\./);
  const asked = stage.anthropic.calls.filter(({ path }) => path.includes('/compliance/'));
  expect(asked).toHaveLength(1);
});
