import { z } from 'zod';
import type { Detector, DetectorInput } from '../detector.ts';
import type { Finding } from '../finding.ts';
import type { KeyMove } from '../lineage-facts.ts';
import { type Rise, riseOf } from '../rotation-burndown.ts';
import { HOUR_MS, plural } from '../time.ts';

const MODELS_MAX = 3;
/** One word about it is enough for a while. */
export const RISE_AGAIN_MS = 6 * HOUR_MS;

const settings = z.strictObject({
  /** The hour has to be more than this multiple of the three before it, in itself and as a share of both keys. */
  ratio: z.number().min(1).default(2),
  /** And so many requests at least; a hundred times as many tokens where requests are not counted. */
  requests: z.number().positive().default(10),
});
type Settings = z.infer<typeof settings>;

/** Fires when somebody still has the key that a rotation has replaced: whoever revokes it leaves them without one. */
export const oldKeyRise: Detector<Settings> = {
  id: 'old-key-rise',
  title: 'A replaced key is used more again',
  historyMs: 0,
  occasion: 'rotation',
  settings,
  detect(input, limits) {
    return input.facts.moves
      .flatMap((move) => {
        const rise = riseOf(move, limits);
        return rise === null ? [] : [findingOf(input, move, rise)];
      })
      .filter(({ dedupeKey }) => !input.facts.told.has(dedupeKey));
  },
};

function findingOf({ lineage }: DetectorInput, move: KeyMove, { startAt, count, before }: Rise): Finding {
  const { rotationId, keyId, movedAt, burnDown, callers } = move;
  const models = new Set(callers.filter(({ lastAt }) => lastAt > startAt).map(({ model }) => model));
  const called = [...models]
    .slice(0, MODELS_MAX)
    .flatMap((model, index) => [index === 0 ? ', for ' : ', ', { foreign: model }]);
  return {
    detectorId: oldKeyRise.id,
    lineageId: lineage.id,
    keyId,
    severity: 'medium',
    startedAt: startAt,
    observedUntil: startAt + HOUR_MS,
    costMicroUsd: 0,
    headline: ['used more again with the key that a rotation has replaced'],
    reason: [
      `${plural(count, burnDown.unit)} in the hour from `,
      { instant: startAt },
      ...called,
      `, after ${before === 0 ? 'none' : `${before} at most`} in the hours before; everybody was said to read the new key at `,
      { instant: movedAt },
      '. Find who still has the old one before it is revoked: Check traffic… in the thread of the rotation names what calls.',
    ],
    evidence: { rotationId, count, before, unit: burnDown.unit, movedAt },
    dedupeKey: `${oldKeyRise.id}:${rotationId}:${Math.floor(startAt / RISE_AGAIN_MS)}`,
    once: true,
  };
}
