import { expect, onTestFinished, test, vi } from 'vitest';
import { MINUTE_MS } from '../../src/domain/time.ts';
import { digestDay } from '../../src/sandbox/live/begin-digest.ts';
import { Gate } from '../../src/sandbox/rotation/gate.ts';
import { beginLife, type Mortal } from '../../src/sandbox/rotation/life.ts';
import { watchServers } from '../../src/sandbox/rotation/watch.ts';
import { openStage, type Stage } from '../../src/sandbox/stage.ts';
import { sendDigestJob } from '../../src/scheduler/jobs/send-digest.ts';
import { syncInventoryJob } from '../../src/scheduler/jobs/sync-inventory.ts';
import { sendDigest } from '../../src/services/digest/send-digest.ts';
import { recordingLogger } from '../providers/support/recording-logger.ts';

vi.setConfig({ testTimeout: 60_000 });

const NINE = Date.UTC(2026, 9, 26, 8);
const POLICY = `
calendar: { timezone: Europe/Berlin }
digest: { founders: [U0CHRIS] }
`;

/** What is written when it is made, and each message: to the channel, into its thread, to a founder. */
const EFFECTS = [
  'commit outbox.enqueue',
  'slack chat.postMessage digest',
  'slack chat.postMessage digest_table',
  'slack chat.postMessage digest_to',
].flatMap((effect) => [`before begin · ${effect}`, `after begin · ${effect}`]);

/** Plays on; a bot that is killed is started again a minute later. */
async function playOn(stage: Stage, gate: Gate, until: number): Promise<void> {
  let mortal: Mortal | undefined;
  do {
    if (mortal === undefined || gate.isDead) {
      await mortal?.bury();
      await stage.settle();
      stage.clock.jumpTo(stage.clock.now() + MINUTE_MS);
      mortal = await beginLife(stage.clock, stage, { gate, onKill: () => stage.forsake() });
      await stage.reboot(mortal.life).catch((error: unknown) => {
        if (!gate.isDead) throw error;
      });
    }
    if (!gate.isDead) await stage.playUntil(until);
  } while (gate.isDead);
}

test('a bot that is killed before and after each commit and each message of the digest tells it once', async () => {
  const stage = await openStage({
    scenario: { ...digestDay, startAt: NINE - 10 * MINUTE_MS, leaks: () => [] },
    provider: 'openai',
    connections: ['openai'],
    seed: 1,
    pollMinutes: 60,
    lagMinutes: 5,
    logger: recordingLogger(),
    overrides: { jobs: [syncInventoryJob, sendDigestJob] },
    policy: POLICY,
    past: async ({ deps }) => sendDigest(deps),
  });
  onTestFinished(() => stage.close());
  const gate = new Gate({ covered: new Set(), only: new Set(EFFECTS) });
  await stage.playUntil(NINE - 5 * MINUTE_MS);
  await stage.app.stop();
  watchServers(stage, gate);

  await playOn(stage, gate, NINE + 60 * MINUTE_MS);

  const ana = stage.slack.person('U0ANA');
  const digests = ana.visibleMessages('ai-keys').filter(({ text }) => /^Keys this week: \d+ of 100/.test(text));
  expect(digests).toHaveLength(1);
  expect(ana.thread('ai-keys', digests[0]?.ts ?? '')).toHaveLength(2);
  const direct = stage.slack.person('U0CHRIS').notifications.filter(({ kind }) => kind === 'dm');
  expect(direct).toHaveLength(1);
  expect(gate.hits.toSorted()).toEqual(EFFECTS.toSorted());
});
