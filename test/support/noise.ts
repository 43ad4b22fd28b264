import type { ExpectHold, MuteHold } from '../../src/domain/hold.ts';
import type { QuietFinding } from '../../src/domain/quiet.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import type { HoldCard } from '../../src/services/noise/read-holds.ts';
import { NOON } from './bench-deps.ts';

const HELD = {
  lineageId: 'lin_1',
  by: 'slack:T1/U0ADA',
  reason: 'load test',
  fromAt: NOON,
  untilAt: NOON + 6 * HOUR_MS,
  endedAt: null,
  endedBy: null,
} as const;

/** $500 for six hours from noon. */
export function windowOf(fields: Partial<ExpectHold> = {}): ExpectHold {
  return {
    ...HELD,
    id: 'hold_1',
    kind: 'expect',
    ceilingMicroUsd: 500_000_000,
    exceededAt: null,
    alertId: null,
    ...fields,
  };
}

export function muteOf(fields: Partial<MuteHold> = {}): MuteHold {
  return { ...HELD, id: 'hold_2', kind: 'mute', ruleId: 'spend-acceleration', ...fields };
}

export function holdCard(fields: Partial<HoldCard> = {}): HoldCard {
  return {
    hold: windowOf(),
    slug: 'prod-api',
    ruleTitle: 'Spend accelerates',
    spentMicroUsd: 120_000_000,
    dataUntil: NOON + HOUR_MS,
    heldBack: 2,
    alertNumber: null,
    ...fields,
  };
}

export function quietOf(fields: Partial<QuietFinding> = {}): QuietFinding {
  return {
    id: 'quiet_1',
    detectorId: 'spend-acceleration',
    lineageId: 'lin_1',
    keyId: null,
    severity: 'high',
    startedAt: NOON,
    observedUntil: NOON + 5 * MINUTE_MS,
    costMicroUsd: 12_000_000,
    headline: ['spending 5x its usual hour'],
    reason: ['It was less before.'],
    evidence: {},
    cause: 'window',
    heldBack: null,
    holdId: 'hold_1',
    alertId: null,
    firstFoundAt: NOON + 5 * MINUTE_MS,
    lastFoundAt: NOON + 5 * MINUTE_MS,
    times: 1,
    ...fields,
  };
}
