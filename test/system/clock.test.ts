import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSystemClock, systemClock } from '../../src/system/clock.ts';

const START = Date.UTC(2026, 7, 1);
const DAY_MS = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the system clock', () => {
  test('tells the wall time', () => {
    expect(systemClock.now()).toBe(START);
  });

  test('runs a timer once, not before its instant', () => {
    const run = vi.fn();
    systemClock.timer(START + 90_000, run);

    vi.advanceTimersByTime(89_999);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    vi.advanceTimersByTime(DAY_MS);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('runs a timer for the past soon, but never in the same turn', () => {
    const run = vi.fn();
    systemClock.timer(START - 1, run);

    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('waits for longer than setTimeout can count', () => {
    const run = vi.fn();
    systemClock.timer(START + 30 * DAY_MS, run);

    vi.advanceTimersByTime(30 * DAY_MS - 1);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('notices within a minute that the machine slept', () => {
    const run = vi.fn();
    systemClock.timer(START + DAY_MS, run);

    vi.setSystemTime(START + 2 * DAY_MS);
    vi.advanceTimersByTime(60_000);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('a cancelled timer leaves nothing behind, also after it was waiting for a while and when cancelled twice', () => {
    const run = vi.fn();
    const cancel = systemClock.timer(START + DAY_MS, run);

    vi.advanceTimersByTime(DAY_MS / 2);
    cancel();
    cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(DAY_MS);
    expect(run).not.toHaveBeenCalled();
  });
});

test('an unref’d clock does not keep the process alive, the ordinary one does', () => {
  vi.useRealTimers();
  const alive = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = alive();

  const cancelLoose = createSystemClock({ unref: true }).timer(Date.now() + DAY_MS, () => undefined);
  const withLoose = alive();
  const cancelTight = systemClock.timer(Date.now() + DAY_MS, () => undefined);
  const withTight = alive();
  cancelLoose();
  cancelTight();

  expect([withLoose - before, withTight - before]).toEqual([0, 1]);
});
