import { expect, test } from 'vitest';
import type { RotationFigures } from '../../../src/sandbox/figures/figures.ts';
import type { PlayOptions } from '../../../src/sandbox/rotation/play.ts';
import type { Played } from '../../../src/sandbox/rotation/played.ts';
import { simulateRotation } from '../../../src/sandbox/rotation/simulate-rotation.ts';
import { recordingLogger } from '../../providers/support/recording-logger.ts';

const GOOD: RotationFigures = {
  rotated: 1,
  blocked: 0,
  overrides: 0,
  liveNewKeysMax: 1,
  oldRevokedBeforeVerified: 0,
  failedConsumerCalls: 0,
  rootMessages: 1,
  threadMessages: 8,
  edits: 30,
  maxPostsPerSecond: 1,
  auditVerified: true,
  days: 2,
};

/** Two effects and, after a play with kills, a third; a killed app is started again and does what it has not done. */
function playing(outcome: (hits: readonly string[]) => Partial<RotationFigures>) {
  const plays: (readonly string[])[] = [];
  const playOnce = async ({ gate }: PlayOptions): Promise<Played> => {
    for (const label of plays.length < 2 ? ['write', 'post'] : ['write', 'post', 'mend']) {
      for (let done = false; gate !== undefined && !done; ) {
        gate.open(() => {});
        done = gate.arrive(label) !== 'before';
      }
    }
    const hits = gate?.hits ?? [];
    plays.push([...hits]);
    const figures = { ...GOOD, ...outcome(hits) };
    return { figures, faults: figures.liveNewKeysMax > 1 ? ['two new keys'] : [] };
  };
  const options = { provider: 'openai', seed: 1, logger: recordingLogger() } as const;
  return { plays, run: (killEveryEffect: boolean) => simulateRotation({ ...options, killEveryEffect }, playOnce) };
}

test('every effect is cut before and after it, and of all plays the worst figures are told', async () => {
  const { plays, run } = playing((hits) =>
    hits.length > 0
      ? { rotated: 0, failedConsumerCalls: 2, oldRevokedBeforeVerified: 1, auditVerified: false, days: 1, edits: 40 }
      : {},
  );

  const { figures, kills, faults } = await run(true);

  expect(new Set(plays.flat())).toEqual(
    new Set(['write', 'post', 'mend'].flatMap((label) => [`before begin · ${label}`, `after begin · ${label}`])),
  );
  expect([kills, faults]).toEqual([6, []]);
  const bad = plays.filter((hits) => hits.length > 0).length;
  expect(figures).toEqual({
    ...GOOD,
    rotated: 0,
    auditVerified: false,
    edits: 40,
    failedConsumerCalls: 2 * bad,
    oldRevokedBeforeVerified: bad,
  });
});

test('a fault is told with the one kill that makes it', async () => {
  const guilty = 'after begin · post';
  const { run } = playing((hits) => (hits.includes(guilty) ? { liveNewKeysMax: 2 } : {}));

  const { figures, faults } = await run(true);

  expect(faults).toEqual([`two new keys: killed ${guilty}`]);
  expect(figures.liveNewKeysMax).toBe(2);
});

test('without kills it is played once', async () => {
  const { plays, run } = playing(() => ({}));

  expect(await run(false)).toEqual({ figures: GOOD, plays: 1, kills: 0, faults: [] });
  expect(plays).toEqual([[]]);
});
