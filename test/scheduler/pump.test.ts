import { describe, expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../src/domain/time.ts';
import { DrivenClock } from '../../src/sandbox/driven-clock.ts';
import { Pump } from '../../src/scheduler/pump.ts';
import { recordingLogger } from '../providers/support/recording-logger.ts';
import { NOON } from '../support/records.ts';
import { gate } from './gate.ts';

interface Work {
  /** When each piece is due; a run does the earliest, if it is due by then. */
  due: number[];
  readonly ranAt: number[];
  /** What a run does besides: wait, throw, wake. */
  during: () => Promise<void>;
}

function pumpOf(due: readonly number[] = []) {
  const clock = new DrivenClock(NOON);
  const logger = recordingLogger();
  const work: Work = { due: [...due], ranAt: [], during: async () => {} };
  const pump = new Pump({
    name: 'outbox',
    deps: { clock, logger },
    async run() {
      work.ranAt.push(clock.now());
      await work.during();
      const [earliest, ...rest] = work.due.sort((a, b) => a - b);
      if (earliest !== undefined && earliest <= clock.now()) work.due = rest;
    },
    nextDueAt: async () => (work.due.length === 0 ? null : Math.min(...work.due)),
  });
  return { pump, clock, logger, work };
}

describe('a pump that is woken', () => {
  test('goes on until nothing is due and sleeps without a timer when there is nothing more', async () => {
    const { pump, clock, work } = pumpOf([NOON - 1, NOON]);

    pump.wake();
    expect(pump.idle()).toBe(false);
    await pump.settled();

    expect([work.due, work.ranAt, pump.idle(), clock.nextTimerAt()]).toEqual([[], [NOON, NOON], true, null]);
  });

  test('during a run runs again afterwards: what was committed meanwhile is not left lying', async () => {
    const { pump, work } = pumpOf();
    const [begun, finish] = [gate(), gate()];
    work.during = () => {
      begun.open();
      return work.ranAt.length === 1 ? finish.opened : Promise.resolve();
    };

    pump.wake();
    await begun.opened;
    pump.wake();
    pump.wake();
    finish.open();
    await pump.settled();

    expect(work.ranAt).toHaveLength(2);
  });

  test('never runs twice at a time', async () => {
    const { pump, work } = pumpOf([NOON]);
    let running = 0;
    let most = 0;
    work.during = async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      pump.wake();
      if (work.ranAt.length > 5) work.during = async () => {};
      running -= 1;
    };

    for (let time = 0; time < 10; time += 1) pump.wake();
    await pump.settled();

    expect(most).toBe(1);
  });

  test.each(Array.from({ length: 30 }, (_, turns) => turns))(
    'is not overheard %d turns after the wake before, which may be the very moment in which the run ends',
    async (turns) => {
      const { pump, work } = pumpOf();
      pump.wake();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      const begunBefore = work.ranAt.length;

      pump.wake();
      await pump.settled();

      expect(work.ranAt.length).toBeGreaterThan(begunBefore);
    },
  );
});

describe('work for later', () => {
  test('is done at its not-before, not earlier', async () => {
    const { pump, clock, work } = pumpOf([NOON + MINUTE_MS]);
    pump.wake();
    await pump.settled();

    clock.jumpTo(NOON + MINUTE_MS - 1);
    expect([work.ranAt.length, pump.idle(), clock.nextTimerAt()]).toEqual([1, true, NOON + MINUTE_MS]);
    clock.jumpTo(NOON + MINUTE_MS);
    await pump.settled();

    expect([work.ranAt.length, work.due, clock.nextTimerAt()]).toEqual([2, [], null]);
  });

  test('that has gone meanwhile is not waited for any more', async () => {
    const { pump, clock, work } = pumpOf([NOON + MINUTE_MS]);
    pump.wake();
    await pump.settled();
    work.due = [];

    pump.wake();
    await pump.settled();

    expect(clock.nextTimerAt()).toBeNull();
  });

  test('is waited for with one timer, always for the earliest', async () => {
    const { pump, clock, work } = pumpOf([NOON + 5 * MINUTE_MS]);
    pump.wake();
    await pump.settled();
    work.due.push(NOON + MINUTE_MS);

    pump.wake();
    await pump.settled();
    expect(clock.nextTimerAt()).toBe(NOON + MINUTE_MS);
    clock.jumpTo(NOON + MINUTE_MS);
    await pump.settled();
    expect(clock.nextTimerAt()).toBe(NOON + 5 * MINUTE_MS);
    clock.jumpTo(NOON + 5 * MINUTE_MS);
    await pump.settled();

    expect(work.ranAt).toEqual([NOON, NOON, NOON + MINUTE_MS, NOON + 5 * MINUTE_MS]);
    expect(clock.nextTimerAt()).toBeNull();
  });
});

describe('a run that throws', () => {
  test('is logged and tried again after a pause; it does not spin, although the work is due', async () => {
    const { pump, clock, logger, work } = pumpOf([NOON]);
    work.during = () => Promise.reject(new Error('database is locked'));

    pump.wake();
    await pump.settled();

    expect(work.ranAt).toEqual([NOON]);
    expect(logger.lines).toEqual([expect.stringMatching(/^error pump failed .*'outbox'.*database is locked/s)]);
    expect(clock.nextTimerAt()).toBe(NOON + 5 * SECOND_MS);
    work.during = async () => {};
    clock.jumpTo(NOON + 5 * SECOND_MS);
    await pump.settled();
    expect([work.ranAt, work.due]).toEqual([[NOON, NOON + 5 * SECOND_MS], []]);
  });

  test('does not spin either when it woke itself before it threw', async () => {
    const { pump, work } = pumpOf([NOON]);
    work.during = () => {
      pump.wake();
      return Promise.reject(new Error('again and again'));
    };

    pump.wake();
    await pump.settled();

    expect([work.ranAt.length, pump.idle()]).toEqual([1, true]);
  });

  test('counts the same when it is the question for the next piece that throws', async () => {
    const clock = new DrivenClock(NOON);
    let asked = 0;
    const pump = new Pump({
      name: 'actions',
      deps: { clock, logger: recordingLogger() },
      run: async () => {},
      nextDueAt: () => {
        asked += 1;
        return Promise.reject(new Error('closed'));
      },
    });

    pump.wake();
    await pump.settled();

    expect([asked, clock.nextTimerAt()]).toEqual([1, NOON + 5 * SECOND_MS]);
  });
});

describe('stopping', () => {
  test('waits for the run, starts no other and leaves no timer', async () => {
    const { pump, clock, work } = pumpOf([NOON, NOON, NOON + MINUTE_MS]);
    const { opened, open } = gate();
    work.during = () => opened;
    pump.wake();
    while (work.ranAt.length === 0) await Promise.resolve();
    pump.wake();
    let stopped = false;

    const stop = pump.stop().then(() => {
      stopped = true;
    });
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    expect(stopped).toBe(false);
    open();
    await stop;
    pump.wake();
    await pump.settled();

    expect([work.ranAt.length, clock.nextTimerAt(), pump.idle()]).toEqual([1, null, true]);
  });

  test('takes back the timer of work that is for later', async () => {
    const { pump, clock } = pumpOf([NOON + MINUTE_MS]);
    pump.wake();
    await pump.settled();

    await pump.stop();

    expect(clock.nextTimerAt()).toBeNull();
  });

  test('during a run that then throws leaves no timer that would keep the process alive', async () => {
    const { pump, clock, work } = pumpOf([NOON]);
    const { opened, open } = gate();
    work.during = async () => {
      await opened;
      throw new Error('the socket is closed');
    };
    pump.wake();

    const stop = pump.stop();
    open();
    await stop;

    expect(clock.nextTimerAt()).toBeNull();
  });
});
