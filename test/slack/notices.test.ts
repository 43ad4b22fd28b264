import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { renderText } from '../../src/sandbox/slack/index.ts';
import { pollUsageJob } from '../../src/scheduler/jobs/poll-usage.ts';
import { learnDue } from '../../src/services/baselines/learn-baselines.ts';
import { noteDowntime } from '../../src/services/notices/report-downtime.ts';
import { failing, fakeKey } from '../support/fake-provider.ts';
import { type Running, startRunning } from './support/running.ts';

function shown({ slack }: Running): readonly string[] {
  return slack.workspace.messages('C0AIKEYS').map((message) => renderText(message, slack.workspace));
}

async function round(running: Running): Promise<void> {
  running.clock.jumpTo(running.clock.now() + 5 * MINUTE_MS);
  await pollUsageJob.run(running.deps);
  await running.drain();
}

test('darkness is one message in the alert channel, and the same message says that it is over', async () => {
  const running = await startRunning();
  await pollUsageJob.run(running.deps);
  running.provider.script('readUsage', ...Array.from({ length: 5 }, () => failing('provider_unavailable')));

  for (let poll = 1; poll <= 5; poll += 1) {
    await round(running);
    expect(shown(running)).toHaveLength(poll < 3 ? 0 : 1);
  }
  const [message] = running.slack.workspace.messages('C0AIKEYS');
  expect(shown(running)[0]).toMatch(
    /^:warning: Usage of Anthropic \(anthropic\) cannot be read since .*The provider says/s,
  );
  await round(running);

  expect(running.slack.workspace.messages('C0AIKEYS').map(({ ts }) => ts)).toEqual([message?.ts]);
  expect(shown(running)[0]).toMatch(/^Usage of Anthropic \(anthropic\) is readable again, blind .*, caught up\./);
});

test('usage that was not read for two hours calls the responders in the thread, once', async () => {
  const running = await startRunning();
  await pollUsageJob.run(running.deps);
  const calls = () => running.slack.workspace.messages('C0AIKEYS').filter(({ text }) => text.includes('<@U0ANA>'));
  running.provider.script('readUsage', ...Array.from({ length: 30 }, () => failing('provider_unavailable')));

  for (let poll = 1; poll <= 23; poll += 1) await round(running);
  expect(calls()).toEqual([]);
  await round(running);
  await round(running);

  const [root] = running.slack.workspace.messages('C0AIKEYS');
  expect(calls()).toMatchObject([{ threadTs: root?.ts }]);
  expect(shown(running)).toHaveLength(2);
});

test('reads that succeed and bring nothing of keys that never rest are told in the channel', async () => {
  const running = await startRunning();
  const keys = ['apikey_1', 'apikey_2', 'apikey_3'];
  running.provider.put(fakeKey('apikey_3', { label: 'prod-web' }));
  await running.sync();
  for (let hour = 0; hour < 20 * 24; hour += 1) {
    const at = running.clock.now() - hour * HOUR_MS - MINUTE_MS;
    running.provider.use.push(...keys.map((keyId) => ({ keyId, at, tokens: 1_000 })));
  }
  await pollUsageJob.run(running.deps);
  await learnDue(running.deps);

  for (let poll = 1; poll <= 15; poll += 1) await round(running);

  expect(shown(running)).toEqual([
    expect.stringMatching(/^No usage has come since .*, though no read failed\.\n3 keys that are used in every hour/),
  ]);
});

test('a downtime is one message, posted when all is caught up and never edited', async () => {
  const running = await startRunning();
  await pollUsageJob.run(running.deps);
  running.clock.jumpTo(running.clock.now() + HOUR_MS);
  await noteDowntime(running.deps);
  await running.drain();
  expect(shown(running)).toEqual([]);

  await round(running);
  await round(running);

  expect(shown(running)).toEqual([expect.stringMatching(/^I was down .*, caught up, nothing found\.$/)]);
});
