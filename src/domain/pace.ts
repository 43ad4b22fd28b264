import { floorTo, MINUTE_MS } from './time.ts';

/** How one connection's usage is polled. */
export interface PollPace {
  readonly connectionId: string;
  /** When the last poll began, whatever came of it. */
  readonly attemptedAt: number;
  /** Polled five times as often until then; null: at policy's interval. */
  readonly hotUntil: number | null;
  /** The provider asked us to wait: no poll out of turn before. */
  readonly notBeforeAt: number | null;
}

// Every minute where policy says five. Whoever polls less often pays for calls by the number, also while it burns.
const HOT_SHARE = 5;

/** How often a hot connection is polled: whole minutes, one at least. */
export function hotIntervalMs(everyMs: number): number {
  return Math.max(MINUTE_MS, floorTo(everyMs / HOT_SHARE, MINUTE_MS));
}

/** Above this share of what would fire a connection is watched closely. */
export const NEAR = 0.5;
/** Until it has been below for this long. */
export const COOLING_MS = 15 * MINUTE_MS;

export function isHot(pace: PollPace | undefined, now: number): boolean {
  return typeof pace?.hotUntil === 'number' && pace.hotUntil > now;
}

/** At policy's interval on the clock's grid; a hot connection more often, unless the provider asked us to wait. */
export function isPollDue(pace: PollPace | undefined, { now, everyMs }: { now: number; everyMs: number }): boolean {
  // A clock that was far ahead and has been set right must not silence the connection until it is there again.
  if (pace === undefined || pace.attemptedAt > now) return true;
  const isTurn = (intervalMs: number) => floorTo(now, intervalMs) > floorTo(pace.attemptedAt, intervalMs);
  if (isTurn(everyMs)) return true;
  return isHot(pace, now) && now >= (pace.notBeforeAt ?? 0) && isTurn(hotIntervalMs(everyMs));
}

export interface PollFacts {
  readonly connectionId: string;
  readonly attemptedAt: number;
  /** How near the nearest lineage is to an alert: 1 fires. Null where nothing could be read. */
  readonly nearness: number | null;
  /** An alert on something that still spends. */
  readonly hasRunningAlert: boolean;
  readonly retryAfterMs: number | null;
}

/** What is unknown does not heat a connection and does not keep it hot; an alert that runs does both. */
export function paceAfter(before: PollPace | undefined, facts: PollFacts, now: number): PollPace {
  const isNear = facts.nearness !== null && facts.nearness > NEAR;
  return {
    connectionId: facts.connectionId,
    attemptedAt: facts.attemptedAt,
    hotUntil: isNear || facts.hasRunningAlert ? now + COOLING_MS : (before?.hotUntil ?? null),
    notBeforeAt: facts.retryAfterMs === null ? null : now + facts.retryAfterMs,
  };
}
