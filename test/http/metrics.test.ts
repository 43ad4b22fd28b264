import assert from 'node:assert/strict';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createMetrics } from '../../src/http/metrics.ts';
import { routesOf } from '../../src/http/routes.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { countFailures } from '../../src/providers/lib/counted-provider.ts';
import { pollUsageJob } from '../../src/scheduler/jobs/poll-usage.ts';
import { ask, startHttpApp } from '../e2e/support/http-app.ts';
import { recordingLogger } from '../providers/support/recording-logger.ts';
import { later, openBench } from '../support/bench-deps.ts';
import { failing, fakeKey } from '../support/fake-provider.ts';
import { alertOn } from '../support/findings.ts';

const TOKEN = 'a-token-of-the-scraper';

describe('/healthz and /readyz', () => {
  test.each([true, false])('answer without a word too many (Socket Mode: %s)', async (socket) => {
    const { port } = await startHttpApp({ socket });

    expect(await ask({ port, path: '/healthz' })).toMatchObject({ status: 200, text: '{"ok":true}' });
    expect(await ask({ port, path: '/readyz' })).toMatchObject({ status: 200, text: '{"ok":true,"problems":[]}' });
  });

  test('say in a word what is not ready', async () => {
    const { port, app } = await startHttpApp();
    await app.deps.store.write((tx) =>
      tx.channelTroubles.put({ id: 't1', channel: '#ai-keys', problem: 'archived', sinceAt: 1, endedAt: null }),
    );

    expect(await ask({ port, path: '/readyz' })).toMatchObject({
      status: 503,
      text: '{"ok":false,"problems":["channel"]}',
    });
  });

  test('are unready, not broken, when the database cannot be asked; metrics leave out what they cannot know', async () => {
    const notReady = () => Promise.reject(new Error('disk'));
    const { clock, store } = openBench().deps;
    const broken = Object.create(store, { read: { get: () => assert.fail('disk') } });
    const metrics = createMetrics({ store: broken, clock, connections: [], notReady, ofProcess: false });
    const access = { host: '127.0.0.1', token: undefined, ...metrics };
    const server = createHttpServer({
      host: '127.0.0.1',
      port: 0,
      routes: routesOf({ notReady, metrics: access, slack: null }),
      logger: recordingLogger(),
      meter: metrics.meter,
    });
    onTestFinished(() => server.stop());
    const port = await server.start();

    expect(await ask({ port, path: '/readyz' })).toMatchObject({
      status: 503,
      text: '{"ok":false,"problems":["database"]}',
    });
    const { status, text } = await ask({ port, path: '/metrics' });
    expect(status).toBe(200);
    expect(text).toContain('keysteward_not_ready{part="database"} 1');
    expect(text).toContain('keysteward_outbox_waiting Nan');
    expect(text).not.toMatch(/^keysteward_alerts\{/m);
  });
});

describe('who may read /metrics', () => {
  test('without a token: this machine', async () => {
    const { port } = await startHttpApp();

    expect((await ask({ port, path: '/metrics' })).status).toBe(200);
  });

  test.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])(
    'without a token: nobody who comes through a proxy on this machine (%s)',
    async (header) => {
      const { port } = await startHttpApp();

      const answer = await ask({ port, path: '/metrics', headers: { [header]: '203.0.113.9' } });

      expect(answer.status).toBe(403);
      expect(answer.text).toContain('KEYSTEWARD_METRICS_TOKEN');
    },
  );

  test('without a token: nobody at all where the port is open to others', async () => {
    const { port } = await startHttpApp({ host: '0.0.0.0' });

    expect((await ask({ port, path: '/metrics' })).status).toBe(403);
    expect((await ask({ port, path: '/healthz' })).status).toBe(200);
  });

  test.each(['127.0.0.1', '0.0.0.0'])('with a token: whoever shows it (%s)', async (host) => {
    const { port } = await startHttpApp({ host, metricsToken: TOKEN });
    const as = async (authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization };
      return (await ask({ port, path: '/metrics', headers })).status;
    };

    expect(await as(`Bearer ${TOKEN}`)).toBe(200);
    expect(await as()).toBe(401);
    expect(await as(`Bearer ${TOKEN}x`)).toBe(401);
    expect(await as('Bearer ')).toBe(401);
    expect(await as(TOKEN)).toBe(401);
  });
});

describe('what /metrics says', () => {
  test('counts polls, failures and requests, and measures the process', async () => {
    const { port, app, slack, provider, settled } = await startHttpApp();
    provider.script('readUsage', failing('provider_rate_limited'));
    slack.faults.add('chat.postEphemeral', { kind: 'error', error: 'is_archived' });
    await pollUsageJob.run(app.deps);
    await slack.person('U0ANA').command('/keys list', 'ai-keys');
    await settled();

    const text = (await ask({ port, path: '/metrics' })).text;

    expect(figure(text, 'keysteward_polls_total{provider="anthropic",outcome="ok"}')).toBeGreaterThanOrEqual(1);
    expect(text).toContain('keysteward_http_requests_total{path="/slack/events",status="200"} 1');
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \S+$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  });

  test('shows alerts by state and severity, what waits, and how old the data is', async () => {
    const bench = openBench();
    bench.provider.put(fakeKey('apikey_1', { label: 'staging-ci' }));
    await bench.sync();
    const metrics = metricsOf(bench);
    expect(await value(metrics, 'keysteward_data_age_seconds{provider="fake"}')).toBe(Number.POSITIVE_INFINITY);
    await pollUsageJob.run(bench.deps);
    await alertOn(bench, 'apikey_1', { severity: 'critical' });
    later(bench, 90_000);

    expect(await value(metrics, 'keysteward_alerts{state="open",severity="critical"}')).toBe(1);
    expect(await value(metrics, 'keysteward_alerts{state="open",severity="info"}')).toBe(0);
    expect(await value(metrics, 'keysteward_data_age_seconds{provider="fake"}')).toBe(90);
    expect(await value(metrics, 'keysteward_outbox_waiting')).toBeGreaterThanOrEqual(1);
    expect(await value(metrics, 'keysteward_outbox_oldest_age_seconds')).toBe(90);
    expect(await value(metrics, 'keysteward_outbox_dead_letters')).toBe(0);
    expect(await value(metrics, 'keysteward_actions{state="pending"}')).toBe(0);
  });

  test('holds no name, id, hint or connection, and no code that Slack made up', async () => {
    const running = await startHttpApp();
    const { app, slack, provider, settled, port } = running;
    provider.put(fakeKey('apikey_9', { label: 'secret-project-falcon' }));
    provider.script('readUsage', failing('provider_auth'));
    slack.faults.add('users.info', { kind: 'error', error: 'made_up_elsewhere' });
    await pollUsageJob.run(app.deps);
    await slack.person('U0ANA').command('/keys claim staging-ci', 'ai-keys');
    await settled();
    await ask({ port, path: '/made/up' });

    const { text } = await ask({ port, path: '/metrics' });

    for (const word of ['falcon', 'staging-ci', 'apikey_', 'ws_1', 'acme', 'gmbh', 'U0ANA', 'made', 'key_']) {
      expect(text).not.toContain(word);
    }
    const labels = new Set([...text.matchAll(/[{,](\w+)="/g)].map(([, label]) => label));
    const known = ['provider', 'outcome', 'code', 'path', 'status', 'state', 'severity', 'part'];
    const ofNode = ['version', 'major', 'minor', 'patch', 'type', 'kind', 'space', 'le'];
    expect([...labels].filter((label) => ![...known, ...ofNode].includes(String(label)))).toEqual([]);
  });

  test('belongs to one app: another one in the same process begins at zero', async () => {
    const bench = openBench();
    const first = metricsOf(bench);
    const second = metricsOf(bench);

    first.meter.polled('fake', 'failed');

    expect(await value(first, 'keysteward_polls_total{provider="fake",outcome="failed"}')).toBe(1);
    expect(await value(second, 'keysteward_polls_total{provider="fake",outcome="failed"}')).toBe(0);
  });
});

test('a provider’s failures are counted by our own code, and thrown on as they were', async () => {
  const bench = openBench();
  const counts: string[] = [];
  const port = countFailures(bench.provider.port, {
    providerFailed: (provider, code) => void counts.push(`${provider} ${code}`),
  });
  bench.provider.script('listKeys', failing('provider_auth'));

  await expect(port.listKeys([])).rejects.toMatchObject({ code: 'provider_auth' });
  await port.listKeys([]);
  const broken = { ...bench.provider.port, streamUsage: brokenStream };
  const stream = countFailures(broken, { providerFailed: (provider, code) => void counts.push(`${provider} ${code}`) });
  const read = async () => {
    for await (const _part of stream.streamUsage?.({ from: 0, to: 1, widthMs: 1 }) ?? []);
  };
  await expect(read()).rejects.toThrow('half way');

  expect(counts).toEqual(['fake provider_auth', 'fake internal']);
  expect(port.consoleSteps('revoke', { providerKeyId: 'x', scopeId: null }).steps.length).toBeGreaterThan(0);
});

// biome-ignore lint/correctness/useYield: it breaks before its first part.
async function* brokenStream(): AsyncGenerator<never> {
  throw new Error('half way');
}

type Bench = ReturnType<typeof openBench>;

function metricsOf(bench: Bench) {
  const { store, clock } = bench.deps;
  const { id: providerId, connectionId } = bench.provider.port;
  return createMetrics({
    store,
    clock,
    connections: [{ connectionId, providerId }],
    notReady: async () => [],
    ofProcess: false,
  });
}

async function value(metrics: ReturnType<typeof createMetrics>, name: string): Promise<number | undefined> {
  return figure(await metrics.render(), name);
}

function figure(text: string, name: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  const figure = line?.slice(name.length + 1);
  return figure === undefined ? undefined : Number(figure.replace('+Inf', 'Infinity'));
}
