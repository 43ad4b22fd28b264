import type { Finding } from './finding.ts';
import type { BurnDown, Rise } from './rotation-burndown.ts';
import { HOUR_MS, plural } from './time.ts';

export const OLD_KEY_RISE = 'old-key-rise';
const MODELS_MAX = 3;

export interface OldKeyRise extends Rise, Pick<BurnDown, 'unit'> {
  readonly rotationId: string;
  readonly lineageId: string;
  readonly keyId: string;
  /** When everybody was said to read the new key. */
  readonly movedAt: number;
  readonly costMicroUsd: number;
  readonly models: readonly string[];
}

/** Somebody still has the key that a rotation has replaced: whoever revokes it leaves them without one. */
export function oldKeyRise(rise: OldKeyRise): Finding {
  const { rotationId, lineageId, keyId, startAt, count, before, unit, movedAt, costMicroUsd, models } = rise;
  const called = models
    .slice(0, MODELS_MAX)
    .flatMap((model, index) => [index === 0 ? ', for ' : ', ', { foreign: model }]);
  return {
    detectorId: OLD_KEY_RISE,
    lineageId,
    keyId,
    severity: 'medium',
    startedAt: startAt,
    observedUntil: startAt + HOUR_MS,
    costMicroUsd,
    headline: ['used more again with the key that a rotation has replaced'],
    reason: [
      `${plural(count, unit)} in the hour from `,
      { instant: startAt },
      ...called,
      `, after ${before === 0 ? 'none' : `${before} at most`} in the hours before; everybody was said to read the new key at `,
      { instant: movedAt },
      '. Find who still has the old one before it is revoked: Check traffic… in the thread of the rotation names what calls.',
    ],
    evidence: { rotationId, count, before, unit, movedAt },
    dedupeKey: riseKey(rotationId, startAt),
    once: true,
  };
}

/** One word about it is enough for a while. */
export const RISE_AGAIN_MS = 6 * HOUR_MS;

export function riseKey(rotationId: string, startAt: number): string {
  return `${OLD_KEY_RISE}:${rotationId}:${Math.floor(startAt / RISE_AGAIN_MS)}`;
}
