import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, defaultWorkspace, errorOf, startBench } from './stand-in.ts';

const CHANNEL = 'C0AIKEYS';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench(defaultWorkspace, { enforceRateLimit: false });
});

afterEach(() => bench.slack.close());

function post(): Promise<unknown> {
  return bench.client.chat.postMessage({ channel: CHANNEL, text: 'hello' });
}

function posted(): number {
  return bench.slack.workspace.messages(CHANNEL).length;
}

describe('a planted fault', () => {
  test('hits the calls of its method in order, each once', async () => {
    bench.slack.faults.add(
      'chat.postMessage',
      { kind: 'error', error: 'fatal_error' },
      { kind: 'status', status: 500 },
    );

    expect(await errorOf(post())).toBe('fatal_error');
    await expect(post()).rejects.toMatchObject({ statusCode: 500 });
    await post();
    await bench.client.auth.test();

    expect(posted()).toBe(1);
    expect(bench.slack.faults.pending()).toBe(0);
  });

  test('carries Retry-After', async () => {
    bench.slack.faults.add('chat.postMessage', { kind: 'status', status: 429, retryAfterS: 7 });

    await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
    expect(posted()).toBe(0);
  });

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('cuts the connection %s the call took effect', async (when, count) => {
    bench.slack.faults.add('chat.postMessage', { kind: 'cut', when });

    await expect(post()).rejects.toThrow();
    expect(posted()).toBe(count);
  });

  test('leaves a hung call in flight until the stand-in closes', async () => {
    bench.slack.faults.add('chat.postMessage', { kind: 'hang', when: 'after' });
    const arrived = new Promise<void>((resolve) => {
      bench.slack.onChange(() => resolve());
    });

    const call = post();
    const failed = expect(call).rejects.toThrow();
    await arrived;

    expect(bench.slack.inFlight()).toBe(1);
    await bench.slack.close();
    await failed;
    expect(bench.slack.inFlight()).toBe(0);
    bench = await startBench();
  });
});
