import { Agent, request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createHttpServer, type Route } from '../../src/http/server.ts';
import { ask } from '../e2e/support/http-app.ts';
import { recordingLogger } from '../providers/support/recording-logger.ts';

const hello: Route = { path: '/hello', method: 'GET', handle: (_request, response) => void response.end('hello') };

describe('the one port', () => {
  test('is opened on this machine alone, or on what it is told', async () => {
    const near = await start([hello]);
    const everywhere = await start([hello], { host: '0.0.0.0' });

    expect(await ask({ port: near.port, path: '/hello?x=1' })).toMatchObject({ status: 200, text: 'hello' });
    expect(await ask({ port: everywhere.port, path: '/hello' })).toMatchObject({ status: 200, text: 'hello' });
    // 127.0.0.2 is this machine, too, but not the address that was opened.
    expect(await reaches(near.port, '127.0.0.2')).toBe(false);
    expect(await reaches(everywhere.port, '127.0.0.2')).toBe(true);
  });

  test('that somebody else has is said in a sentence with what to do', async () => {
    const { port } = await start([hello]);

    await expect(start([hello], { port })).rejects.toMatchObject({
      code: 'invalid_config',
      publicMessage: `127.0.0.1 port ${port} cannot be opened. Another program has it. Stop that one, or set another PORT.`,
    });
  });

  test('on an address that this machine has not is said, too', async () => {
    await expect(start([hello], { host: '203.0.113.9' })).rejects.toMatchObject({
      publicMessage: expect.stringContaining('KEYSTEWARD_HOST'),
    });
  });

  test('counts by path and status, and under one word for paths that are not ours', async () => {
    const { port, counts } = await start([hello]);

    await ask({ port, path: '/hello' });
    await ask({ port, path: '/hello', method: 'DELETE' });
    await ask({ port, path: '/made/up/by/a/scanner' });

    expect(counts).toEqual(['/hello 200', 'other 405', 'other 404']);
  });

  test('answers 500 without a word about what broke', async () => {
    const { port, logger } = await start([
      { path: '/breaks', method: 'GET', handle: () => Promise.reject(new Error('disk')) },
    ]);

    expect(await ask({ port, path: '/breaks' })).toMatchObject({ status: 500, text: '' });
    expect(logger.lines.join('\n')).toContain('disk');
  });
});

describe('the stop', () => {
  test('does not wait for idle connections, and waits for what is being answered', async () => {
    let finish = (): void => {};
    let arrived = (): void => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const slow: Route = {
      path: '/slow',
      method: 'GET',
      handle: (_request, response) => {
        finish = () => response.end('done');
        arrived();
      },
    };
    const { port, server } = await start([hello, slow]);
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    await new Promise<void>((resolve) => {
      request({ host: '127.0.0.1', port, path: '/hello', agent }, (response) => {
        response.resume().on('end', resolve);
      }).end();
    });
    const answer = ask({ port, path: '/slow' });
    await arrival;

    const order: string[] = [];
    const stopped = server.stop().then(() => order.push('stopped'));
    // A connection of its own to ask by: it is refused when the stop has begun, and by then an early end would show.
    await expect(ask({ port, path: '/hello' })).rejects.toThrow(/ECONNREFUSED/);
    expect(order).toEqual([]);
    finish();

    expect((await answer).text).toBe('done');
    await stopped;
  });

  test('is cut short when nobody waits any more', async () => {
    const { port, server } = await start([{ path: '/never', method: 'GET', handle: () => {} }]);
    const answer = ask({ port, path: '/never' }).catch((error: Error) => error.message);
    const stopped = server.stop();
    server.cut();
    await stopped;

    expect(await answer).toMatch(/hang up|ECONNRE/);
  });
});

async function start(routes: readonly Route[], { host = '127.0.0.1', port = 0 } = {}) {
  const logger = recordingLogger();
  const counts: string[] = [];
  const meter = { answered: (path: string, status: number) => void counts.push(`${path} ${status}`) };
  const server = createHttpServer({ host, port, routes, logger, meter });
  onTestFinished(async () => {
    const stopped = server.stop();
    server.cut();
    await stopped;
  });
  return { server, logger, counts, port: await server.start() };
}

function reaches(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request({ host, port, path: '/hello', agent: false }, (response) => {
      response.resume();
      resolve(true);
    });
    sent.on('error', () => resolve(false));
    sent.end();
  });
}
