import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { DrivenClock } from '../../../src/sandbox/driven-clock.ts';
import { Conductor } from '../../../src/sandbox/live/conductor.ts';
import type { Speed } from '../../../src/sandbox/page/protocol.ts';
import { defaultWorkspace, type SlackStandIn, startSlackStandIn } from '../../../src/sandbox/slack/index.ts';
import { clientOf, START_AT } from '../slack/stand-in.ts';

const MODAL = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'A dialog' }, blocks: [] };

let clock: DrivenClock;
let slack: SlackStandIn;
let wall: number;

beforeEach(async () => {
  clock = new DrivenClock(START_AT);
  wall = 1_000_000;
  slack = await startSlackStandIn({ clock, wallNow: () => wall, seed: defaultWorkspace });
});
afterEach(() => slack.close());

/** A conductor over a stage without an app: what happens is what the clock's timers do. */
function conduct(speed: Speed, endsAt = START_AT + 48 * HOUR_MS): Conductor {
  const stage = {
    clock,
    slack,
    during: <Result>(act: () => Promise<Result>) => act(),
    async playUntil(at: number, onStep: () => Promise<boolean> | boolean = () => true) {
      for (;;) {
        if (!(await onStep())) return;
        const next = clock.nextTimerAt() ?? Number.POSITIVE_INFINITY;
        if (next > at) break;
        clock.jumpTo(next);
      }
      clock.jumpTo(at);
    },
  };
  return new Conductor({ stage, endsAt, wallNow: () => wall, speed });
}

/** One beat after so much time on the wall, and how far the story has come. */
async function beatAfter(conductor: Conductor, ms: number): Promise<number> {
  const before = clock.now();
  wall += ms;
  await conductor.beat();
  return clock.now() - before;
}

function sayAt(at: number, text: string, options: { threadTs?: string } = {}): void {
  clock.timer(at, () => void slack.person('U0BEN').say('ai-keys', text, options));
}

async function openModal(): Promise<void> {
  await slack.person('U0ANA').command('/keys help');
  await clientOf(slack, defaultWorkspace.app.botToken).views.open({ trigger_id: 'trigger000001.trigger', view: MODAL });
}

describe('speeds', () => {
  test.each([0, 1, 60, 600] as const)('at %sx a tenth of a second is that many tenths', async (speed) => {
    expect(await beatAfter(conduct(speed), 100)).toBe(speed * 100);
  });

  test('a machine that was held up goes on from where it was, and makes up for nothing', async () => {
    const conductor = conduct(60);

    expect(await beatAfter(conductor, 3_600_000)).toBe(250 * 60);
    expect(await beatAfter(conductor, 100)).toBe(100 * 60);
  });

  test('another speed holds from the next beat on', async () => {
    const conductor = conduct(600);
    conductor.setSpeed(0);

    expect(await beatAfter(conductor, 100)).toBe(0);
    expect(conductor).toMatchObject({ speed: 0, pace: 0 });
  });
});

describe('while somebody acts', () => {
  test.each([0, 60, 600] as const)('time goes on at 1x while anybody has a dialog open, at %sx too', async (speed) => {
    const conductor = conduct(speed);
    await openModal();

    expect(await beatAfter(conductor, 100)).toBe(100);
    expect(conductor).toMatchObject({ speed, pace: 1 });
    expect(conductor.holders()).toEqual(['U0ANA']);

    const ana = slack.person('U0ANA');
    await ana.closeView(String(ana.views[0]?.id));
    expect(await beatAfter(conductor, 100)).toBe(100 * speed);
  });

  test('a dialog that opens in the middle of a beat ends the beat', async () => {
    const conductor = conduct(600);
    const opened: Promise<void>[] = [];
    clock.timer(START_AT + MINUTE_MS, () => void opened.push(conductor.gesture(openModal)));

    await beatAfter(conductor, 250);
    await Promise.all(opened);

    expect(clock.now()).toBe(START_AT + MINUTE_MS);
  });

  test('time goes on at 1x during a click and for three seconds of wall time after it, even when it stood still', async () => {
    const conductor = conduct(0);
    const paces: Speed[] = [];
    await conductor.gesture(async () => void paces.push(conductor.pace));

    expect(paces).toEqual([1]);
    expect(await beatAfter(conductor, 200)).toBe(200);
    expect(await beatAfter(conductor, 2_799)).toBe(250);
    expect(await beatAfter(conductor, 1)).toBe(0);
  });

  test('a click that fails frees the time as well', async () => {
    const conductor = conduct(60);

    await expect(conductor.gesture(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    wall += 3_000;
    expect(conductor.pace).toBe(60);
  });
});

describe('the next event', () => {
  test('is the first message that somebody can see, at its very instant, and time goes on at 1x from there', async () => {
    const conductor = conduct(600);
    sayAt(START_AT + 3 * HOUR_MS, 'the first');
    sayAt(START_AT + 4 * HOUR_MS, 'the second');

    conductor.seek();
    expect(conductor.isSeeking).toBe(true);
    await beatAfter(conductor, 50);

    expect(clock.now()).toBe(START_AT + 3 * HOUR_MS);
    expect(conductor).toMatchObject({ isSeeking: false, speed: 1 });
  });

  test('leaves a clock that stood still standing', async () => {
    const conductor = conduct(0);
    sayAt(START_AT + HOUR_MS, 'the first');
    conductor.seek();
    await beatAfter(conductor, 50);

    expect(conductor.speed).toBe(0);
    expect(await beatAfter(conductor, 50)).toBe(0);
    expect(clock.now()).toBe(START_AT + HOUR_MS);
  });

  test('is no reply in a thread of a channel and no figure that has moved on, but a verdict that has changed', async () => {
    const conductor = conduct(1);
    const root = slack.person('U0BEN').say('ai-keys', 'spent $20 in 5 minutes');
    const edits = ['spent $25.50 in 6 minutes', 'contained'];
    sayAt(START_AT + HOUR_MS, 'a reply', { threadTs: root.ts });
    edits.forEach((text, index) => {
      clock.timer(START_AT + (2 + index) * HOUR_MS, () => {
        const ben = slack.person('U0BEN');
        const message = ben.visibleMessages('ai-keys')[0];
        if (message !== undefined) ben.edit(message, text);
      });
    });
    conductor.seek();
    await beatAfter(conductor, 50);

    expect(clock.now()).toBe(START_AT + 3 * HOUR_MS);
  });

  test('is looked for during a day at most', async () => {
    const conductor = conduct(60);
    conductor.seek();
    await beatAfter(conductor, 50);

    expect(clock.now()).toBe(START_AT + 24 * HOUR_MS);
    expect(conductor.isSeeking).toBe(false);
  });

  test.each([
    ['another speed', (conductor: Conductor) => conductor.setSpeed(60)],
    ['a click', (conductor: Conductor) => void conductor.gesture(async () => {})],
  ])('%s ends the search where it is', async (_, interrupt) => {
    const conductor = conduct(60);
    clock.timer(START_AT + HOUR_MS, () => interrupt(conductor));
    sayAt(START_AT + 2 * HOUR_MS, 'the first');
    conductor.seek();
    await beatAfter(conductor, 50);

    expect(clock.now()).toBe(START_AT + HOUR_MS);
    expect(conductor).toMatchObject({ isSeeking: false, speed: 60 });
  });
});

describe('the end of the story', () => {
  test('is reached exactly, and what comes after it goes on at 1x and is not searched', async () => {
    const conductor = conduct(600, START_AT + 10_000);

    expect(await beatAfter(conductor, 100)).toBe(10_000);
    expect(conductor).toMatchObject({ hasEnded: true, pace: 1 });
    expect(await beatAfter(conductor, 100)).toBe(100);
    conductor.seek();
    expect(conductor.isSeeking).toBe(false);
  });

  test('a conductor that is closed plays nothing more', async () => {
    const conductor = conduct(600);
    conductor.close();

    expect(await beatAfter(conductor, 100)).toBe(0);
  });
});
