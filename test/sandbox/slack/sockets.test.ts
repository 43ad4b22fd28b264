import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Bench, clientOf, defaultWorkspace, startBench } from './stand-in.ts';

interface Frame {
  readonly type: string;
  readonly envelope_id?: string;
  readonly payload?: Record<string, unknown>;
  readonly reason?: string;
  readonly retry_attempt?: number;
}

/** A bare Socket Mode client that keeps what it gets. */
interface Line {
  readonly socket: WebSocket;
  readonly frames: Frame[];
  next(): Promise<Frame>;
  ack(frame: Frame, payload?: object): void;
}

let bench: Bench;
let lines: Line[];

beforeEach(async () => {
  bench = await startBench({ ...defaultWorkspace, app: { ...defaultWorkspace.app, botEvents: ['message.channels'] } });
  lines = [];
});

afterEach(async () => {
  for (const { socket } of lines) socket.terminate();
  await bench.slack.close();
});

async function dial(): Promise<Line> {
  const { url } = await clientOf(bench.slack, defaultWorkspace.app.appToken).apps.connections.open();
  const socket = new WebSocket(String(url));
  const frames: Frame[] = [];
  const waiting: ((frame: Frame) => void)[] = [];
  const unread: Frame[] = [];
  socket.on('message', (data) => {
    const frame: Frame = JSON.parse(String(data));
    frames.push(frame);
    const reader = waiting.shift();
    if (reader === undefined) unread.push(frame);
    else reader(frame);
  });
  const line: Line = {
    socket,
    frames,
    next: () => {
      const frame = unread.shift();
      return frame === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(frame);
    },
    ack: ({ envelope_id }, payload = {}) => socket.send(JSON.stringify({ envelope_id, payload })),
  };
  lines.push(line);
  expect(await line.next()).toMatchObject({ type: 'hello', num_connections: lines.length });
  return line;
}

describe('Socket Mode', () => {
  test('gives each envelope to exactly one of several sockets', async () => {
    const [first, second] = [await dial(), await dial()];

    const commands = [bench.slack.person('U0ANA').command('/keys a'), bench.slack.person('U0ANA').command('/keys b')];
    const frames = [await first.next(), await second.next()];
    first.ack(frames[0] ?? { type: '' });
    second.ack(frames[1] ?? { type: '' });
    await Promise.all(commands);

    expect(frames.map((frame) => frame.payload?.['text'])).toEqual(['a', 'b']);
    expect([first.frames.length, second.frames.length]).toEqual([2, 2]);
  });

  test('lets nobody in without a fresh ticket', async () => {
    const { url } = await clientOf(bench.slack, defaultWorkspace.app.appToken).apps.connections.open();
    const first = new WebSocket(String(url));
    await once(first, 'open');

    const second = new WebSocket(String(url));
    const [error] = await once(second, 'error');
    first.terminate();

    expect(String(error)).toContain('401');
  });

  test('says goodbye before it refreshes a connection', async () => {
    const line = await dial();

    bench.slack.refreshSockets();

    expect(await line.next()).toMatchObject({ type: 'disconnect', reason: 'refresh_requested' });
  });

  test('counts an envelope as in flight until its ack', async () => {
    const line = await dial();
    await bench.slack.settled();

    const command = bench.slack.person('U0ANA').command('/keys');
    const frame = await line.next();
    const before = bench.slack.inFlight();
    line.ack(frame);
    await command;
    await bench.slack.settled();

    expect([before, bench.slack.inFlight()]).toEqual([1, 0]);
  });

  test('fails a gesture whose socket breaks before the ack', async () => {
    const line = await dial();
    const command = bench.slack.person('U0ANA').command('/keys');
    await line.next();

    bench.slack.disconnectSockets();

    expect(await command).toEqual({ acked: false, shown: 'dispatch_failed' });
  });

  test('repeats an unacknowledged event at once, after one minute and after five', async () => {
    const line = await dial();
    const attempts: unknown[] = [];
    const lose = async (): Promise<void> => {
      const open = lines.at(-1) ?? line;
      const frame = await open.next();
      attempts.push([frame.payload?.['event_id'], frame.retry_attempt]);
      const gone = once(open.socket, 'close');
      const noticed = new Promise<void>((resolve) => {
        const stop = bench.slack.onConnections((count) => {
          if (count > 0) return;
          stop();
          resolve();
        });
      });
      open.socket.terminate();
      await Promise.all([gone, noticed]);
      lines.pop();
      await dial();
    };

    bench.slack.person('U0ANA').say('ai-keys', 'hello');
    await lose();
    await lose();
    bench.clock.pass(60_000);
    await lose();
    bench.clock.pass(300_000);
    await lose();

    expect(attempts).toEqual([
      ['Ev1', 0],
      ['Ev1', 1],
      ['Ev1', 2],
      ['Ev1', 3],
    ]);
  });

  test('tells the app what people write, change and delete', async () => {
    const line = await dial();
    const ana = bench.slack.person('U0ANA');
    const events: unknown[] = [];
    const hear = async (): Promise<void> => {
      const frame = await line.next();
      line.ack(frame);
      const { subtype, text, message } = Object(frame.payload?.['event']);
      events.push([subtype, text ?? message?.text]);
    };

    const message = ana.say('ai-keys', 'key <x>');
    await hear();
    const edited = ana.edit(message, 'no key');
    await hear();
    ana.remove(edited);
    await hear();

    expect(events).toEqual([
      [undefined, 'key &lt;x&gt;'],
      ['message_changed', 'no key'],
      ['message_deleted', undefined],
    ]);
  });
});
