import Anthropic from '@anthropic-ai/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { type StandIn, startAnthropicStandIn } from '../../../src/sandbox/providers/index.ts';
import { createWorld, HOUR_MS, leakWeekend } from '../../../src/sandbox/world/index.ts';
import { HandClock } from '../world/hand-clock.ts';

const START = leakWeekend.startAt;
const KEYS = '/v1/organizations/api_keys';
const ADMIN = 'admin-for-tests';

let server: StandIn | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function stage() {
  const clock = new HandClock(START);
  const world = createWorld({ seed: 7, clock, startAt: START });
  const made = await startAnthropicStandIn({ world, clock, lagMs: 0, adminKeys: [{ value: ADMIN, access: 'full' }] });
  server = made;
  const client = new Anthropic({ apiKey: ADMIN, baseURL: made.url, maxRetries: 0, timeout: 5_000, logLevel: 'off' });
  const id = world.findKey('anthropic', 'staging-ci')?.id ?? '';
  const suspend = () => client.organization.apiKeys.update(id, { status: 'inactive' });
  return { clock, world, server: made, client, id, suspend };
}

describe('planted faults', () => {
  it('answers with the planted status once, in the provider shape, and applies nothing', async () => {
    const { server, world, id, suspend } = await stage();
    server.faults.add({ kind: 'status', status: 429, retryAfter: 7, path: KEYS, method: 'POST' });
    const error = await suspend().catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
    expect(error instanceof Anthropic.APIError && error.headers?.get('retry-after')).toBe('7');
    expect(world.stateOf(id)).toBe('active');
    await suspend();
    expect(world.stateOf(id)).toBe('inactive');
  });

  it('lets the first requests through when told to skip, and strikes as often as told', async () => {
    const { server, client } = await stage();
    server.faults.add({ kind: 'status', status: 500, path: KEYS, skip: 1, times: 2 });
    const statuses: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      statuses.push(
        await client.organization.apiKeys.list({ limit: 1 }).then(
          () => 'ok',
          () => 'failed',
        ),
      );
    }
    expect(statuses).toEqual(['ok', 'failed', 'failed', 'ok']);
  });

  it('cuts before the change, and cuts after it', async () => {
    const { server, world, id, suspend } = await stage();
    server.faults.add({ kind: 'cut', when: 'before', path: KEYS });
    await expect(suspend()).rejects.toBeInstanceOf(Anthropic.APIConnectionError);
    expect(world.stateOf(id)).toBe('active');

    server.faults.add({ kind: 'cut', when: 'after', path: KEYS });
    await expect(suspend()).rejects.toBeInstanceOf(Anthropic.APIConnectionError);
    expect(world.stateOf(id)).toBe('inactive');
    expect(server.calls.map((call) => call.status)).toEqual([0, 0]);
  });

  it('breaks off in the middle of a page', async () => {
    const { server, client } = await stage();
    server.faults.add({ kind: 'half-page', path: KEYS });
    const outcome = await client.organization.apiKeys.list().catch(() => 'broken');
    expect(outcome).toBe('broken');
  });

  it('hangs until the client gives up, and counts as in flight meanwhile', async () => {
    const { server, world, id, client } = await stage();
    server.faults.add({ kind: 'hang', path: KEYS });
    const abort = new AbortController();
    const pending = client.organization.apiKeys.update(id, { status: 'inactive' }, { signal: abort.signal });
    const outcome = pending.then(
      () => 'answered',
      () => 'given up',
    );
    while (server.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));

    expect(server.inFlight()).toBe(1);
    abort.abort();
    expect(await outcome).toBe('given up');
    await server.settled();
    expect(server.inFlight()).toBe(0);
    expect(world.stateOf(id)).toBe('active');
  });

  it.each([503, 500])('is dark with %i for a stretch of business time only', async (status) => {
    const { clock, server, client } = await stage();
    server.faults.dark({ from: START + HOUR_MS, to: START + 2 * HOUR_MS, status });
    const read = () =>
      client.organization.retrieve().then(
        () => 200,
        (error: unknown) => (error instanceof Anthropic.APIError ? error.status : undefined),
      );

    expect(await read()).toBe(200);
    clock.set(START + HOUR_MS);
    expect(await read()).toBe(status);
    clock.set(START + 2 * HOUR_MS);
    expect(await read()).toBe(200);
  });
});

describe('the server', () => {
  it('answers unknown paths with 404 and broken bodies with 400', async () => {
    const { server, id } = await stage();
    const headers = { 'x-api-key': ADMIN };
    const unknown = await fetch(`${server.url}/v1/organizations/nonsense`, { headers });
    const broken = await fetch(`${server.url}${KEYS}/${id}`, { method: 'POST', headers, body: '{' });

    expect(unknown.status).toBe(404);
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
  });

  it('stops accepting a key that was taken away', async () => {
    const { server, client } = await stage();
    server.setAdminKeys([]);
    await expect(client.organization.retrieve()).rejects.toMatchObject({ status: 401 });
  });

  it('is reachable on loopback only', async () => {
    const { server } = await stage();
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
  });
});
